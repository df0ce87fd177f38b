// What the code of one translation unit does, read from its LLVM IR: plain
// data, with symbols named by their ids in flow.json.
//
//   for (const CallFact& call : code.calls)
//     if (call.to == "open") Print(call.site, call.arguments[1].values);

#ifndef BAILEY_ANALYZER_IR_CODE_FACTS_H_
#define BAILEY_ANALYZER_IR_CODE_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/documents/report.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {

// What local dataflow knows of a value: all that it can be, or nothing.
struct ValueFact {
  bool known = false;
  // Sorted, without duplicates, sign-extended from `width_bits`.
  std::vector<uint64_t> values;
  uint8_t width_bits = 64;

  bool operator==(const ValueFact&) const = default;
};

// A call whose target is known.
struct CallFact {
  std::string from;
  std::string to;
  SourceSite site;
  std::vector<ValueFact> arguments;  // integers and pointers, in order
};

// An instruction in inline assembly that is nothing but `syscall`, or `svc #0`.
struct AssemblySyscall {
  std::string from;
  SourceSite site;
  ValueFact number;
  std::vector<ValueFact> arguments;  // six
};

// A place that leads where the analysis cannot see, in function `from`.
struct UnresolvedFact {
  std::string from;
  std::string reason;
  SourceSite site;
};

// A symbol that is another name of `target`.
struct AliasFact {
  std::string name;
  std::string target;
};

// A name in the text of inline assembly, by which it may reach a function or
// global of any unit. `from` is empty for assembly at file level.
struct AssemblyName {
  std::string from;
  std::string name;  // an id where the unit has the symbol
  SourceSite site;
};

struct CodeFacts {
  Architecture architecture = Architecture::kX8664;
  // Not yet marked as external: that shows when the units are joined.
  std::vector<FlowEdge> edges;
  std::vector<CallFact> calls;
  std::vector<AssemblySyscall> syscalls;
  std::vector<UnresolvedFact> unresolved;
  std::vector<AliasFact> aliases;
  std::vector<AssemblyName> assembly_names;
  std::vector<std::string> constructors;  // and destructors
  // Functions and globals that something uses which no unit shows: a section's
  // reader (.init_array), or the compiler by itself (memset).
  std::vector<std::string> kept;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CODE_FACTS_H_
