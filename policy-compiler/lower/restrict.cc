// What an outcome of one test says about later tests of the same word, and the
// simplification of a graph by it.
//
// Known weakness: each fact is used alone, so two tests that together decide a
// third (`x & 1`, `x & 2` and `x & 3`) leave it in. Such a filter is longer
// than it need be, never wrong.

#include <unordered_map>

#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {
namespace {

// A graph this large is no filter any more; above it nodes are no longer copied
// to be simplified, so that hostile input cannot make the graph grow without
// end.
constexpr size_t kRestrictLimitNodes = 50000;

// Values of (word & mask), both ends included.
struct Interval {
  uint32_t first;
  uint32_t last;
};

// The one interval of (word & known.mask) that an outcome leaves, if it is one.
std::optional<Interval> IntervalOf(const WordTest& known, bool outcome) {
  if (known.op == TestOp::kAnyBit) return std::nullopt;
  if (known.op == TestOp::kGreaterEqual) {
    return outcome ? Interval{known.k, known.mask} : Interval{0, known.k - 1};
  }
  if (outcome) return Interval{known.k, known.k};
  if (known.k == 0) return Interval{1, known.mask};
  if (known.k == known.mask) return Interval{0, known.k - 1};
  return std::nullopt;
}

std::optional<bool> AskInterval(const Interval& interval,
                                const WordTest& asked) {
  if (asked.op == TestOp::kGreaterEqual) {
    if (interval.first >= asked.k) return true;
    if (interval.last < asked.k) return false;
    return std::nullopt;
  }
  const bool inside = interval.first <= asked.k && asked.k <= interval.last;
  if (!inside) return false;
  return interval.first == interval.last ? std::optional<bool>(true)
                                         : std::nullopt;
}

// Bits of the word that are known: the outcome true of an equality, or the
// outcome false of "any bit", which makes all of them 0.
struct KnownBits {
  uint32_t mask;
  uint32_t value;
};

std::optional<KnownBits> BitsOf(const WordTest& known, bool outcome) {
  if (known.op == TestOp::kEqual && outcome) {
    return KnownBits{known.mask, known.k};
  }
  if (known.op == TestOp::kAnyBit && !outcome) return KnownBits{known.k, 0};
  return std::nullopt;
}

std::optional<bool> AskBits(const KnownBits& bits, const WordTest& asked) {
  const uint32_t needed = asked.op == TestOp::kAnyBit ? asked.k : asked.mask;
  if ((needed & ~bits.mask) == 0) return Passes(asked, bits.value);
  if (asked.op == TestOp::kAnyBit && (bits.value & asked.k) != 0) return true;
  if (asked.op == TestOp::kEqual &&
      ((bits.value ^ asked.k) & bits.mask & asked.mask) != 0) {
    return false;
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> Implies(const WordTest& known, bool outcome,
                            const WordTest& asked) {
  if (known.word != asked.word) return std::nullopt;
  if (known == asked) return outcome;
  if (const auto bits = BitsOf(known, outcome)) {
    if (const auto answer = AskBits(*bits, asked)) return answer;
  }
  // Some bit of the known ones is set, so the word (or a wider mask) is not 0.
  if (known.op == TestOp::kAnyBit && outcome) {
    if (asked.op == TestOp::kAnyBit && (known.k & ~asked.k) == 0) return true;
    if (asked.op == TestOp::kEqual && (known.k & ~asked.mask) == 0 &&
        (asked.k & known.k) == 0) {
      return false;
    }
  }
  if (asked.op != TestOp::kAnyBit && known.mask == asked.mask) {
    if (const auto interval = IntervalOf(known, outcome)) {
      return AskInterval(*interval, asked);
    }
  }
  return std::nullopt;
}

// Top down, and only into nodes that test the word: a decided test leads to one
// branch alone. Gives up after kMaxVisitedNodes, so that each Branch is cheap
// whatever hangs below it.
class DecisionGraph::Restriction {
 public:
  Restriction(DecisionGraph& graph, const WordTest& test, bool outcome)
      : graph_(graph), test_(test), outcome_(outcome) {}

  // None: too much to look at.
  std::optional<NodeId> Apply(NodeId id) {
    if ((graph_.words_[id] >> test_.word & 1) == 0) return id;
    if (const auto done = done_.find(id); done != done_.end()) {
      return done->second;
    }
    if (++visited_ > kMaxVisitedNodes) return std::nullopt;
    // By value: nodes move as the graph grows.
    const auto decision = std::get<Decision>(graph_.nodes_[id]);
    const auto restricted = Apply(decision);
    if (restricted) done_.emplace(id, *restricted);
    return restricted;
  }

 private:
  static constexpr size_t kMaxVisitedNodes = 400;

  std::optional<NodeId> Apply(const Decision& decision) {
    if (const auto answer = Implies(test_, outcome_, decision.test)) {
      return Apply(*answer ? decision.if_true : decision.if_false);
    }
    const auto if_true = Apply(decision.if_true);
    if (!if_true) return std::nullopt;
    const auto if_false = Apply(decision.if_false);
    if (!if_false) return std::nullopt;
    return graph_.RawBranch(decision.test, *if_true, *if_false);
  }

  DecisionGraph& graph_;
  const WordTest test_;
  const bool outcome_;
  size_t visited_ = 0;
  std::unordered_map<NodeId, NodeId> done_;
};

NodeId DecisionGraph::Restrict(NodeId root, const WordTest& test,
                               bool outcome) {
  if (nodes_.size() > kRestrictLimitNodes) return root;
  return Restriction(*this, test, outcome).Apply(root).value_or(root);
}

}  // namespace bailey::policy
