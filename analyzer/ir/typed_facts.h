// What a unit's syntax tree says that its IR has lost: plain data.
//
//   for (const NamedFile& each : code.named_files)
//     Show(each.path, each.access);   // "/etc/app.conf", read

#ifndef BAILEY_ANALYZER_IR_TYPED_FACTS_H_
#define BAILEY_ANALYZER_IR_TYPED_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/documents/report.h"

namespace bailey::analyzer {

// A function that the unit declares and uses, and does not define.
struct LibraryPrototype {
  std::string function;  // id
  // Bit i: what the i-th of its integers and pointers (as registers hold them)
  // points to is declared const.
  uint64_t read_only = 0;
  // The same: it points to plain char, so it may be a name.
  uint64_t text = 0;
};

// A file that a class or function of C++'s library is told to open or change.
struct NamedFile {
  std::string from;
  SourceSite site;
  std::string path;                 // as written; empty: not known
  std::vector<std::string> access;  // as Capability has it
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_TYPED_FACTS_H_
