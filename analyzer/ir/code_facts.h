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

#include "analyzer/ir/constraints.h"
#include "analyzer/ir/control_flow.h"
#include "analyzer/ir/data_flow.h"
#include "analyzer/ir/pointer_extent.h"
#include "analyzer/ir/typed_facts.h"
#include "analyzer/ir/value_expression.h"
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
  // Where there are too many to list: in which ranges all lie, as unsigned
  // numbers of `width_bits`. Then `values` is empty.
  std::vector<ValueRange> ranges = {};
  // All bits of `mask` are as in `bits`; with `ranges` only. 0: none is known.
  uint64_t mask = 0;
  uint64_t bits = 0;

  bool operator==(const ValueFact&) const = default;
};

// A call whose target is known.
struct CallFact {
  std::string from;
  std::string to;
  SourceSite site;
  std::vector<ValueFact> arguments;  // integers and pointers, in order
  // What makes each of `arguments`; empty where nothing is known of them.
  std::vector<ValueExpression> expressions = {};
  // False: of a call through a pointer that may lead elsewhere, too.
  bool is_only_target = true;
};

// An instruction in inline assembly that is nothing but `syscall`, or `svc #0`.
struct AssemblySyscall {
  std::string from;
  SourceSite site;
  ValueFact number;
  std::vector<ValueFact> arguments;               // six
  std::vector<ValueExpression> expressions = {};  // of number and arguments
};

// A place that leads where the analysis cannot see, in function `from`.
struct UnresolvedFact {
  std::string from;
  std::string reason;
  SourceSite site;
  // Of an indirect call: its number in its unit, and (once units are joined)
  // the unit's.
  int call = -1;
  int unit = -1;
};

// A call through a pointer; `fact.to` is empty.
struct IndirectCall {
  CallFact fact;
  int call = -1;  // as in UnresolvedFact
  int unit = -1;
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

// A global's address is an argument of a call of a function by its name.
struct PassedAddress {
  std::string callee;
  int argument = 0;  // of the code's arguments
  // What is known of a function of the C library with that name.
  bool is_only_read = false;
  std::string caller = {};  // empty: a place that is in no function
};

// What one unit may do to a global that is no constant there.
struct GlobalWrites {
  std::string id;
  // By whatever is not among `writers`.
  bool may_be_written = false;
  std::vector<PassedAddress> passed = {};
  // Functions that may change it, or leave its address where others might.
  std::vector<std::string> writers = {};
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
  std::vector<std::string> destructors;
  std::vector<ControlFlow> control;  // of every function that is defined
  // Functions and globals that something uses which no unit shows: a section's
  // reader (.init_array), or the compiler by itself (memset).
  std::vector<std::string> kept;
  std::vector<GlobalFact> global_facts;
  std::vector<GlobalWrites> global_writes;
  std::vector<ReturnFact> returns;
  std::vector<IndirectCall> indirect_calls;
  UnitConstraints constraints;
  UnitDataFlow data_flow;
  std::vector<LibraryPrototype> prototypes;
  std::vector<NamedFile> named_files;
  std::vector<FunctionExtents> extents;  // of every function that is defined
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CODE_FACTS_H_
