// Parses one translation unit with Clang, once, and reads from the same parse
// what its source declares and what its code does.
//
//   UnitOutcome unit = ParseUnit(entry, "/src/notary");
//   if (unit.diagnostics.has_errors()) …
//   for (const FlowFunction& function : unit.facts.functions) …
//
// Units are independent: several may be parsed at once, each on its thread.

#ifndef BAILEY_ANALYZER_SOURCE_FRONT_END_H_
#define BAILEY_ANALYZER_SOURCE_FRONT_END_H_

#include <string>
#include <vector>

#include "analyzer/capture/build_record.h"
#include "analyzer/ir/code_facts.h"
#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

struct UnitFacts {
  FlowUnit unit;
  std::vector<FlowFunction> functions;  // defined here
  std::vector<FlowGlobal> globals;
  CodeFacts code;
  std::vector<std::string> read_files;  // absolute: the source and its headers
};

struct UnitOutcome {
  UnitFacts facts;          // empty if there are errors
  bool cached = false;      // it was not parsed
  Diagnostics diagnostics;  // Clang's errors, and our warnings
};

class UnitCache;

// `root` is absolute; ids and sites name files relative to it. Never fails as a
// whole: what is wrong is among the diagnostics.
// With a `cache` the unit is not parsed if it was before, and nothing changed.
UnitOutcome ParseUnit(const CompileEntry& entry, const std::string& root,
                      UnitCache* cache = nullptr);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_FRONT_END_H_
