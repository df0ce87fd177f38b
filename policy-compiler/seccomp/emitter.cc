// A decision becomes up to three instructions, and is entered at the first that
// its predecessor's accumulator does not make needless:
//
//   ld  [4 * word]      from a test of another word
//   and #mask           from a test of the word with a wider mask, or above
//   jeq #k, yes, no     from a test of the same word and mask, or above
//
// A leaf becomes `ret #label`. The program is written from its end to its
// start: all jumps go forward, so every target is placed before the jump to it,
// and its distance is known. Conditional jumps reach 255 instructions; a target
// beyond that gets a stand-in behind the jump, a copy of the `ret` or
//
//   jeq #k, 0, no       -> the next instruction
//   ja  target
//
// Known weakness: the stand-ins are placed where the first jump needs them, not
// where most jumps could share them.

#include "policy-compiler/seccomp/emitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/check.h"
#include "policy-compiler/seccomp/accumulator.h"
#include "policy-compiler/seccomp/unreached.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kAllBits = ~uint32_t{0};
constexpr size_t kMaxConditionalJump = 255;

uint16_t JumpCode(TestOp op) {
  switch (op) {
    case TestOp::kEqual:
      return BPF_JMP | BPF_JEQ | BPF_K;
    case TestOp::kGreaterEqual:
      return BPF_JMP | BPF_JGE | BPF_K;
    case TestOp::kAnyBit:
      return BPF_JMP | BPF_JSET | BPF_K;
  }
  CHECK(false && "a test has one of three operators");
}

// Where a jump goes: an entry of a node.
struct Target {
  NodeId node;
  Entry entry;
};

class Emitter {
 public:
  Emitter(const DecisionGraph& graph, NodeId root)
      : graph_(graph), root_(root), places_(root + 1), needed_(root + 1) {}

  Result<BpfProgram> Run() {
    const std::vector<NodeId> nodes = graph_.Reachable(root_);
    Need(root_, Accumulator{});
    for (auto id = nodes.rbegin(); id != nodes.rend(); ++id) NeedBranches(*id);
    for (const NodeId id : nodes) {
      EmitNode(id);
      if (reversed_.size() > 2 * kMaxBpfInstructions) return TooLong();
    }
    // INVARIANT: the root is the highest id, so what was written last, its
    // load, is the program's first instruction.
    std::ranges::reverse(reversed_);
    BpfProgram program = WithoutUnreached(reversed_);
    if (program.size() > kMaxBpfInstructions) return TooLong();
    return program;
  }

 private:
  static std::unexpected<Error> TooLong() {
    return Fail(fmt::format("the filter needs more than the {} instructions "
                            "that the kernel takes",
                            kMaxBpfInstructions),
                "allow more values with masks or ranges instead of lists");
  }

  Entry EntryOf(NodeId id, const Accumulator& held) const {
    const auto* decision = std::get_if<Decision>(&graph_.node(id));
    return decision ? EntryFrom(held, decision->test) : kAtTest;
  }

  void Need(NodeId id, const Accumulator& held) {
    needed_[id][EntryOf(id, held)] = true;
  }

  void NeedBranches(NodeId id) {
    if (const auto* decision = std::get_if<Decision>(&graph_.node(id))) {
      Need(decision->if_true, HeldAfter(decision->test));
      Need(decision->if_false, HeldAfter(decision->test));
    }
  }

  void EmitNode(NodeId id) {
    const auto* decision = std::get_if<Decision>(&graph_.node(id));
    if (decision == nullptr) {
      EmitAt({id, kAtTest}, BPF_STMT(BPF_RET | BPF_K, *graph_.label(id)));
      return;
    }
    const WordTest& test = decision->test;
    EmitJump(id, *decision);
    const bool from_load = needed_[id][kAtLoad];
    if (test.mask != kAllBits && (from_load || needed_[id][kAtMask])) {
      EmitAt({id, kAtMask}, BPF_STMT(BPF_ALU | BPF_AND | BPF_K, test.mask));
    }
    if (from_load) {
      EmitAt({id, kAtLoad}, BPF_STMT(BPF_LD | BPF_W | BPF_ABS, test.word * 4u));
    }
  }

  void EmitJump(NodeId id, const Decision& decision) {
    const Accumulator held = HeldAfter(decision.test);
    const Target yes{decision.if_true, EntryOf(decision.if_true, held)};
    const Target no{decision.if_false, EntryOf(decision.if_false, held)};
    // A stand-in for one target moves the other by one instruction. Once both
    // have stand-ins both are in reach, so this ends.
    while (Distance(yes) > kMaxConditionalJump ||
           Distance(no) > kMaxConditionalJump) {
      BringNear(Distance(yes) > kMaxConditionalJump ? yes : no);
    }
    EmitAt({id, kAtTest},
           {JumpCode(decision.test.op), static_cast<uint8_t>(Distance(yes)),
            static_cast<uint8_t>(Distance(no)), decision.test.k});
  }

  // Instructions between the one that is written next and the target.
  size_t Distance(const Target& target) const {
    const std::optional<size_t>& place = places_[target.node][target.entry];
    // INVARIANT: branches have lower ids and were written before; Need saw
    // every jump that EmitJump makes.
    CHECK(place.has_value());
    return reversed_.size() - *place - 1;
  }

  void BringNear(const Target& target) {
    if (const std::optional<uint32_t> label = graph_.label(target.node)) {
      EmitAt(target, BPF_STMT(BPF_RET | BPF_K, *label));
      return;
    }
    const auto distance = static_cast<uint32_t>(Distance(target));
    EmitAt(target, BPF_STMT(BPF_JMP | BPF_JA, distance));
  }

  void EmitAt(const Target& target, const sock_filter& instruction) {
    places_[target.node][target.entry] = reversed_.size();
    reversed_.push_back(instruction);
  }

  const DecisionGraph& graph_;
  const NodeId root_;
  BpfProgram reversed_;  // the last instruction first
  // By node: where its entries are, as indices of `reversed_` (of the nearest
  // stand-in, if there is one), and which of them a jump uses.
  std::vector<std::array<std::optional<size_t>, kEntryCount>> places_;
  std::vector<std::array<bool, kEntryCount>> needed_;
};

}  // namespace

Result<BpfProgram> EmitBpf(const DecisionGraph& graph, NodeId root) {
  return Emitter(graph, root).Run();
}

}  // namespace bailey::policy
