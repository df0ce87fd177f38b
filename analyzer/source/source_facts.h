// The functions and globals that a translation unit defines, read from its
// syntax tree and named as its IR names them. Internal to source/.

#ifndef BAILEY_ANALYZER_SOURCE_SOURCE_FACTS_H_
#define BAILEY_ANALYZER_SOURCE_SOURCE_FACTS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/documents/flow.h"

namespace clang {
class ASTContext;
}
namespace llvm {
class Module;
}

namespace bailey::analyzer {

// A global that a function's source names; an optimiser may leave no trace of
// it.
struct Mention {
  std::string function;  // ids
  std::string global;
  SourceSite site;
};

struct SourceFacts {
  std::vector<FlowFunction> functions;
  std::vector<FlowGlobal> globals;
  std::vector<Mention> mentions;
  // From a symbol's name in the module to its id.
  std::map<std::string, std::string> ids;
  // Names in the module of functions that system headers define.
  std::set<std::string> system_functions;
  std::vector<std::string> read_files;
};

// `unit_name` is the unit's file relative to the root: what makes the names of
// internal symbols unique.
SourceFacts CollectSourceFacts(clang::ASTContext& context,
                               const llvm::Module& module,
                               const std::string& unit_name,
                               const std::string& root);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_SOURCE_FACTS_H_
