// One program's graph: the facts of its translation units, joined by symbol.
//
//   Program program = JoinUnits(std::move(units), selection);
//   std::string text = WriteFlow(program.flow);

#ifndef BAILEY_ANALYZER_FLOW_PROGRAM_H_
#define BAILEY_ANALYZER_FLOW_PROGRAM_H_

#include <string>
#include <vector>

#include "analyzer/flow/selection.h"
#include "analyzer/ir/code_facts.h"
#include "analyzer/source/front_end.h"
#include "common/documents/flow.h"

namespace bailey::analyzer {

struct Program {
  Architecture architecture = Architecture::kX8664;
  Flow flow;  // ordered, so that the same program gives the same bytes
  std::vector<CallFact> calls;  // `to` is an id of flow, or an external symbol
  std::vector<AssemblySyscall> syscalls;
  std::vector<UnresolvedFact> unresolved;
  std::vector<AliasFact> aliases;
  std::vector<std::string> constructors;
  std::vector<std::string> kept;        // see CodeFacts
  std::vector<std::string> read_files;  // absolute, ordered
};

// A symbol that several units define (an inline function) is taken once.
// Requires units of one architecture.
Program JoinUnits(std::vector<UnitFacts> units,
                  const ProgramSelection& selection);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_PROGRAM_H_
