// A forward dataflow over one function: what registers and frame slots hold at
// each instruction where control may leave it. Internal to analyzer/elf.
//
//   FlowGraph graph;
//   graph.code = code.Instructions(range);
//   RunValueFlow(graph, file, [&](const Instruction& at, const FlowState& s) {
//     if (at.flow == Flow::kSyscall) Use(s.At(kRax));
//   });
//
// Every block is visited, whether or not a way to it is seen: one without a
// known predecessor starts with nothing known.

#ifndef BAILEY_ANALYZER_ELF_VALUE_FLOW_H_
#define BAILEY_ANALYZER_ELF_VALUE_FLOW_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/flow_state.h"
#include "analyzer/elf/instruction.h"

namespace bailey::analyzer {

struct FlowGraph {
  std::span<const Instruction> code;
  // Others jump to the function's start, so it may be part of another.
  bool entered_by_jump = false;
  // Addresses where control may also arrive, from where is not known.
  std::vector<uint64_t> unknown_entries;
  // A computed jump inside the function was not resolved, so that control may
  // arrive at every instruction.
  bool any_instruction_may_be_entered = false;
};

using FlowVisitor =
    std::function<void(const Instruction& instruction, const FlowState& state)>;

// Calls `visit` once for each instruction whose flow is not kNext, in the order
// of addresses, with what holds before it.
void RunValueFlow(const FlowGraph& graph, const ElfFile& file,
                  const FlowVisitor& visit);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_VALUE_FLOW_H_
