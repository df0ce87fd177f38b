// Reads CodeFacts from a module as Clang's code generator made it, unoptimised.
//
//   CodeFacts code = ExtractCode(module, names);
//
// Edges are drawn on the module as it is; then copies of locals are resolved
// (SROA, EarlyCSE) so that constants show at calls. Both views are joined by a
// mark on each call, so no call is lost to a pass. The module is changed.

#ifndef BAILEY_ANALYZER_IR_EXTRACT_H_
#define BAILEY_ANALYZER_IR_EXTRACT_H_

#include <functional>
#include <string>

#include "analyzer/ir/code_facts.h"

namespace llvm {
class Function;
class GlobalValue;
class Module;
}  // namespace llvm

namespace bailey::analyzer {

// How the source names what the module holds.
struct ModuleNames {
  // A symbol's id; empty for what has no name in the source (string literals).
  std::function<std::string(const llvm::GlobalValue&)> id;
  // Functions of system headers: wrappers around a library's own, which are
  // seen through (if always inlined) or taken for the library's.
  std::function<bool(const llvm::Function&)> is_system;
  std::string root;  // sites below it are relative to it
  std::string file;  // the unit's, for what has no position
};

CodeFacts ExtractCode(llvm::Module& module, const ModuleNames& names);

// An absolute path without `.` and `..`. What comes after a link to a folder is
// resolved on disk, where the text alone would lead elsewhere.
std::string NormalPath(const std::string& path);

// `path` relative to `root` where it lies below it, else as it is.
std::string RelativeTo(const std::string& root, const std::string& path);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_EXTRACT_H_
