#include "analyzer/elf/value_flow.h"

#include <algorithm>
#include <optional>
#include <set>

#include "analyzer/elf/liveness.h"

namespace bailey::analyzer {
namespace {

// With more ways than this from computed jumps, what they lead to starts with
// nothing known: each way costs a join.
constexpr size_t kMaxTableWays = 4096;

constexpr uint32_t kNoBlock = ~uint32_t{0};

// A run of instructions that is only entered at its start.
struct Block {
  uint32_t first = 0;
  uint32_t last = 0;
  uint32_t taken = kNoBlock;  // Where its branch or jump leads to.
  uint32_t next = kNoBlock;
  bool is_table_jump = false;  // Leads to all of the tables' targets.
  bool may_leave = false;      // Control may go where no block is.
  bool is_seeded = false;      // Entered from where is not known.
  bool has_predecessor = false;
  bool is_padding = false;         // No-ops that nothing leads to.
  std::optional<FlowState> entry;  // Nothing: not reached yet.
  uint16_t live = 0;               // Registers, before it.
  uint16_t read = 0;               // Of these, what it reads first, …
  uint16_t replaced = 0;           // … and what it writes first.
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

bool IsCall(const Instruction& instruction) {
  return instruction.flow == Flow::kCall ||
         instruction.flow == Flow::kIndirectCall ||
         instruction.flow == Flow::kSyscall ||
         instruction.flow == Flow::kLegacySyscall;
}

bool IsVisited(const Instruction& instruction) {
  return instruction.flow != Flow::kNext || instruction.memory.is_present ||
         instruction.operation == Operation::kSubtractRegister ||
         instruction.operation == Operation::kAdd ||
         instruction.operation == Operation::kCompare;
}

class Analysis {
 public:
  Analysis(const FlowGraph& graph, const FlowContext& context)
      : graph_(graph), context_(context) {
    context_.lost = nullptr;
    follows_tables_ =
        !graph.table_jumps.empty() && !graph.any_instruction_may_be_entered &&
        graph.table_jumps.size() * graph.table_targets.size() <= kMaxTableWays;
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

  void Visit(const FlowVisitor& visit, std::vector<uint32_t>* lost) {
    if (lost != nullptr) SolveLiveness();
    context_.lost = lost;
    for (const Block& block : blocks_) {
      const std::vector<uint16_t> live_after =
          LiveAfter(block, lost != nullptr);
      FlowState state = *block.entry;
      for (uint32_t i = block.first; i < block.last; ++i) {
        const Instruction& instruction = graph_.code[i];
        if (IsVisited(instruction)) visit(instruction, state);
        context_.live_after =
            live_after.empty() ? kAllRegisters : live_after[i - block.first];
        state.Step(instruction, context_);
      }
      if (lost != nullptr && !block.is_padding) LoseAtEnd(block, state);
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
    for (uint64_t address : graph_.table_targets) mark(address);
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

  std::optional<uint32_t> BlockAt(uint64_t address) const {
    const auto index = IndexOf(address);
    return index ? std::optional(block_of_[*index]) : std::nullopt;
  }

  void LinkBlocks() {
    for (uint64_t address : graph_.table_targets)
      if (auto block = BlockAt(address)) table_blocks_.push_back(*block);
    for (uint32_t i = 0; i < blocks_.size(); ++i) LinkBlock(i);
    for (uint32_t target : table_blocks_)
      (follows_tables_ ? blocks_[target].has_predecessor
                       : blocks_[target].is_seeded) = true;
  }

  void LinkBlock(uint32_t number) {
    Block& block = blocks_[number];
    const Instruction& last = graph_.code[block.last - 1];
    if (HasTarget(last.flow)) {
      if (auto target = BlockAt(last.immediate))
        Link(block.taken, *target);
      else
        block.may_leave = true;
    }
    if (last.flow == Flow::kIndirectJump) {
      block.may_leave = true;
      block.is_table_jump =
          follows_tables_ &&
          std::ranges::find(graph_.table_jumps, last.address) !=
              graph_.table_jumps.end();
    }
    if (!GoesOn(last)) return;
    if (number + 1 < blocks_.size())
      Link(block.next, number + 1);
    else
      block.may_leave = true;
  }

  void Link(uint32_t& successor, uint32_t to) {
    successor = to;
    blocks_[to].has_predecessor = true;
  }

  template <class Use>
  void ForEachSuccessor(const Block& block, Use use) const {
    if (block.taken != kNoBlock) use(block.taken);
    if (block.next != kNoBlock) use(block.next);
    if (block.is_table_jump)
      for (uint32_t target : table_blocks_) use(target);
  }

  bool IsNoOps(const Block& block) const {
    const auto code =
        graph_.code.subspan(block.first, block.last - block.first);
    return std::all_of(code.begin(), code.end(),
                       [](const Instruction& at) { return at.is_no_op; });
  }

  void Seed() {
    for (uint64_t address : graph_.unknown_entries)
      if (auto block = BlockAt(address)) blocks_[*block].is_seeded = true;
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
    else if (!block.entry->JoinWith(state, context_.origins))
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
        state.Step(graph_.code[i], context_);
      const Instruction& last = graph_.code[block.last - 1];
      const bool tells = last.flow == Flow::kBranch &&
                         block.taken != block.next && state.HasCheck();
      if (!tells) state.ForgetCheck();
      ForEachSuccessor(block, [&](uint32_t to) {
        if (!tells) return Enter(to, state);
        FlowState way = state;
        way.Branch(last, to == block.taken, context_);
        Enter(to, way);
      });
    }
  }

  // --- What gets lost
  // ------------------------------------------------------------

  uint16_t LiveAtEnd(const Block& block) const {
    uint16_t live = block.may_leave ? kAllRegisters : uint16_t{0};
    ForEachSuccessor(block, [&](uint32_t to) { live |= blocks_[to].live; });
    return live;
  }

  void SolveLiveness() {
    for (Block& block : blocks_)
      for (uint32_t at = block.last; at-- > block.first;) {
        const uint16_t replaced = ReplacedBy(graph_.code[at]);
        const uint16_t read = ReadBy(graph_.code[at]);
        block.read = static_cast<uint16_t>((block.read & ~replaced) | read);
        block.replaced = static_cast<uint16_t>((block.replaced | replaced));
      }
    for (bool has_changed = true; has_changed;) {
      has_changed = false;
      for (size_t i = blocks_.size(); i-- > 0;) {
        Block& block = blocks_[i];
        const auto live = static_cast<uint16_t>(
            (LiveAtEnd(block) & ~block.replaced) | block.read);
        has_changed |= live != block.live;
        block.live = live;
      }
    }
  }

  std::vector<uint16_t> LiveAfter(const Block& block, bool is_wanted) const {
    std::vector<uint16_t> after;
    const auto code =
        graph_.code.subspan(block.first, block.last - block.first);
    // Only calls ask.
    if (!is_wanted || std::ranges::none_of(code, IsCall)) return after;
    after.resize(block.last - block.first);
    uint16_t live = LiveAtEnd(block);
    for (uint32_t at = block.last; at-- > block.first;) {
      after[at - block.first] = live;
      live = LiveBefore(graph_.code[at], live);
    }
    return after;
  }

  void LoseAtEnd(const Block& block, const FlowState& state) {
    const FlowState unknown = FlowState::Unknown();
    const Instruction& last = graph_.code[block.last - 1];
    if (last.flow == Flow::kReturn)
      state.LoseRegisters(kReturned, context_);
    else if (block.may_leave && !block.is_table_jump)
      state.LoseWhatIsNotIn(unknown, kAllRegisters, context_);
    ForEachSuccessor(block, [&](uint32_t to) {
      state.LoseWhatIsNotIn(*blocks_[to].entry, blocks_[to].live, context_);
    });
  }

  const FlowGraph& graph_;
  FlowContext context_;
  bool follows_tables_ = false;
  std::vector<Block> blocks_;
  std::vector<uint32_t> block_of_;  // By instruction.
  std::vector<uint32_t> table_blocks_;
  std::set<uint32_t> waiting_;  // The first in address order goes first.
};

}  // namespace

void RunValueFlow(const FlowGraph& graph, const FlowContext& context,
                  const FlowVisitor& visit) {
  if (graph.code.empty()) return;
  Analysis analysis(graph, context);
  analysis.Solve();
  analysis.Visit(visit, context.lost);
}

}  // namespace bailey::analyzer
