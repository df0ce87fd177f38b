// A forward dataflow over one function: what registers and frame slots hold at
// each instruction where control may leave it or memory is touched. Internal to
// analyzer/elf.
//
//   FlowGraph graph;
//   graph.code = code.Instructions(range);
//   RunValueFlow(graph, context, [&](const Instruction& at,
//                                    const FlowState& before) {
//     if (at.flow == Flow::kSyscall) Use(before.At(kRax));
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

#include "analyzer/elf/flow_state.h"
#include "analyzer/elf/instruction.h"

namespace bailey::analyzer {

struct FlowGraph {
  std::span<const Instruction> code;
  // Others jump to the function's start, so it may be part of another.
  bool entered_by_jump = false;
  // Addresses where control may also arrive, from where is not known.
  std::vector<uint64_t> unknown_entries;
  // Computed jumps, each of which leads to every one of the targets.
  std::vector<uint64_t> table_jumps;
  std::vector<uint64_t> table_targets;
  // A computed jump inside the function was not resolved, so that control may
  // arrive at every instruction.
  bool any_instruction_may_be_entered = false;
};

using FlowVisitor =
    std::function<void(const Instruction& instruction, const FlowState& state)>;

// Calls `visit` once for each instruction whose flow is not kNext, that has a
// memory operand, adds, subtracts or compares, in the order of addresses, with
// what holds before it. The origins that got out of sight come to be in
// `context.lost`, if that is not null.
void RunValueFlow(const FlowGraph& graph, const FlowContext& context,
                  const FlowVisitor& visit);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_VALUE_FLOW_H_
