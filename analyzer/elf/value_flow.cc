#include "analyzer/elf/value_flow.h"

#include <algorithm>
#include <optional>
#include <set>

namespace bailey::analyzer {
namespace {

// A run of instructions that is only entered at its start.
struct Block {
  uint32_t first = 0;
  uint32_t last = 0;
  std::vector<uint32_t> successors;
  bool is_seeded = false;  // Entered from where is not known.
  bool has_predecessor = false;
  bool is_padding = false;         // No-ops that nothing leads to.
  std::optional<FlowState> entry;  // Nothing: not reached yet.
};

bool EndsBlock(const Instruction& instruction) {
  switch (instruction.flow) {
    case Flow::kBranch:
    case Flow::kJump:
    case Flow::kIndirectJump:
    case Flow::kReturn:
    case Flow::kStop:
      return true;
    default:
      return instruction.does_not_return;
  }
}

bool GoesOn(const Instruction& instruction) {
  return !EndsBlock(instruction) || instruction.flow == Flow::kBranch;
}

bool HasTarget(Flow flow) {
  return flow == Flow::kBranch || flow == Flow::kJump;
}

class Analysis {
 public:
  Analysis(const FlowGraph& graph, const ElfFile& file)
      : graph_(graph), file_(file) {
    MakeBlocks();
    LinkBlocks();
    Seed();
  }

  void Solve() {
    Drain();
    // What is left is only reached from itself.
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].entry) continue;
      Enter(i, FlowState::Unknown());
      Drain();
    }
  }

  void Visit(const FlowVisitor& visit) const {
    for (const Block& block : blocks_) {
      FlowState state = *block.entry;
      for (uint32_t i = block.first; i < block.last; ++i) {
        const Instruction& instruction = graph_.code[i];
        if (instruction.flow != Flow::kNext) visit(instruction, state);
        state.Step(instruction, file_);
      }
    }
  }

 private:
  // The index of the instruction at `address`; the code is in one piece.
  std::optional<uint32_t> IndexOf(uint64_t address) const {
    const auto found =
        std::lower_bound(graph_.code.begin(), graph_.code.end(), address,
                         [](const Instruction& instruction, uint64_t at) {
                           return instruction.address < at;
                         });
    if (found == graph_.code.end() || found->address != address)
      return std::nullopt;
    return static_cast<uint32_t>(found - graph_.code.begin());
  }

  void MakeBlocks() {
    std::vector<bool> is_head(graph_.code.size() + 1,
                              graph_.any_instruction_may_be_entered);
    is_head[0] = true;
    const auto mark = [&](uint64_t address) {
      if (auto index = IndexOf(address)) is_head[*index] = true;
    };
    for (uint64_t address : graph_.unknown_entries) mark(address);
    for (uint32_t i = 0; i < graph_.code.size(); ++i) {
      const Instruction& instruction = graph_.code[i];
      if (HasTarget(instruction.flow)) mark(instruction.immediate);
      if (EndsBlock(instruction)) is_head[i + 1] = true;
    }
    block_of_.resize(graph_.code.size());
    for (uint32_t i = 0; i < graph_.code.size(); ++i) {
      if (is_head[i]) blocks_.emplace_back().first = i;
      blocks_.back().last = i + 1;
      block_of_[i] = static_cast<uint32_t>(blocks_.size() - 1);
    }
  }

  void Link(Block& from, uint32_t to) {
    from.successors.push_back(to);
    blocks_[to].has_predecessor = true;
  }

  void LinkBlocks() {
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
      const Instruction& last = graph_.code[blocks_[i].last - 1];
      if (HasTarget(last.flow))
        if (auto index = IndexOf(last.immediate))
          Link(blocks_[i], block_of_[*index]);
      if (GoesOn(last) && i + 1 < blocks_.size()) Link(blocks_[i], i + 1);
    }
  }

  bool IsNoOps(const Block& block) const {
    const auto code =
        graph_.code.subspan(block.first, block.last - block.first);
    return std::all_of(code.begin(), code.end(),
                       [](const Instruction& at) { return at.is_no_op; });
  }

  void Seed() {
    for (uint64_t address : graph_.unknown_entries)
      if (auto index = IndexOf(address))
        blocks_[block_of_[*index]].is_seeded = true;
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
      Block& block = blocks_[i];
      if (i == 0) Enter(i, FlowState::AtFunctionEntry(graph_.entered_by_jump));
      block.is_padding = i != 0 && !block.is_seeded && !block.has_predecessor &&
                         IsNoOps(block);
      if (block.is_padding)
        block.entry = FlowState::Unknown();
      else if (block.is_seeded || graph_.any_instruction_may_be_entered ||
               (i != 0 && !block.has_predecessor))
        Enter(i, FlowState::Unknown());
    }
  }

  void Enter(uint32_t index, const FlowState& state) {
    Block& block = blocks_[index];
    if (!block.entry)
      block.entry = state;
    else if (!block.entry->JoinWith(state))
      return;
    waiting_.insert(index);
  }

  void Drain() {
    while (!waiting_.empty()) {
      const uint32_t index = *waiting_.begin();
      waiting_.erase(waiting_.begin());
      const Block& block = blocks_[index];
      FlowState state = *block.entry;
      for (uint32_t i = block.first; i < block.last; ++i)
        state.Step(graph_.code[i], file_);
      for (uint32_t next : block.successors) Enter(next, state);
    }
  }

  const FlowGraph& graph_;
  const ElfFile& file_;
  std::vector<Block> blocks_;
  std::vector<uint32_t> block_of_;  // By instruction.
  std::set<uint32_t> waiting_;      // The first in address order goes first.
};

}  // namespace

void RunValueFlow(const FlowGraph& graph, const ElfFile& file,
                  const FlowVisitor& visit) {
  if (graph.code.empty()) return;
  Analysis analysis(graph, file);
  analysis.Solve();
  analysis.Visit(visit);
}

}  // namespace bailey::analyzer
