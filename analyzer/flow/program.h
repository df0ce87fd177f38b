// One program's graph: the facts of its translation units, joined by symbol.
//
//   Program program = JoinUnits(std::move(units), selection);
//   std::string text = WriteFlow(program.flow);

#ifndef BAILEY_ANALYZER_FLOW_PROGRAM_H_
#define BAILEY_ANALYZER_FLOW_PROGRAM_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/call_targets.h"
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
  std::vector<std::string> destructors;
  std::vector<ControlFlow> control;  // several of a function in several units
  std::vector<std::string> kept;     // see CodeFacts
  std::vector<std::string> read_files;   // absolute, ordered
  std::vector<GlobalFact> global_facts;  // of each unit
  std::vector<GlobalWrites> global_writes;
  std::vector<ReturnFact> returns;
  // Defined here, and perhaps meant for a library's symbol by who uses it: see
  // shared_names.h.
  std::set<std::string> also_external;
  size_t source_plugins = 0;  // declared plugins among the units
  // For points-to analysis: what FindCallTargets needs, and what it found.
  std::vector<UnitConstraints> constraints;  // of each unit
  std::vector<UnitDataFlow> data_flows;      // the same
  // By function; of several units' declarations what all of them promise.
  std::map<std::string, LibraryPrototype> prototypes;
  std::vector<NamedFile> named_files;
  std::vector<FunctionExtents> extents;  // several of a function, as `control`
  std::vector<IndirectCall> indirect_calls;
  std::vector<std::string> assembly_uses;  // symbols, from within functions
  CallTargets targets;
};

// A symbol that several units define (an inline function) is taken once.
// Requires units of one architecture.
Program JoinUnits(std::vector<UnitFacts> units,
                  const ProgramSelection& selection);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_PROGRAM_H_
