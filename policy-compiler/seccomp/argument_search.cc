// One word after another: its tests, wherever in the graph they stand, cut its
// values into ranges; for each range the graph is what is left of it when the
// word is known, which is ordered by the next word. Ranges whose rest is equal
// are one answer of the word's search.
//
// Known weakness: a word that is tested under several masks is left to the
// order in which its tests stand.

#include "policy-compiler/seccomp/argument_search.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "common/check.h"
#include "policy-compiler/seccomp/word_search.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kAllBits = ~uint32_t{0};
constexpr int kMaxPermutedWords = 4;
// Larger graphs keep their order: each order visits a graph once a range.
constexpr size_t kMaxPermutedNodes = 300;
// No filter can be made of more, as a rule: nothing is tried.
constexpr size_t kMaxOrderedNodes = 8192;
// An order that makes so many new nodes is given up.
constexpr size_t kMaxNewNodes = 20000;

bool IsOrdered(const WordTest& test) {
  return test.op != TestOp::kAnyBit && test.mask == kAllBits;
}

// One order of words, applied to graphs.
class Ordering {
 public:
  Ordering(DecisionGraph& graph, std::span<const uint8_t> words,
           double per_step)
      : graph_(graph),
        words_(words),
        per_step_(per_step),
        most_nodes_(graph.size() + kMaxNewNodes) {}

  // None: this order cannot be had, or would take too long.
  std::optional<NodeId> Apply(NodeId node) { return Apply(node, 0); }

 private:
  std::optional<NodeId> Apply(NodeId node, size_t at) {
    while (at < words_.size() && !Tests(node, words_[at])) ++at;
    if (at == words_.size()) return node;
    if (const auto done = done_.find({node, at}); done != done_.end()) {
      return done->second;
    }
    const std::optional<NodeId> made = ApplyWord(node, at);
    if (made) done_.emplace(std::pair(node, at), *made);
    return made;
  }

  bool Tests(NodeId node, uint8_t word) const {
    return (graph_.words(node) >> word & 1) != 0;
  }

  std::optional<NodeId> ApplyWord(NodeId node, size_t at) {
    const std::set<WordTest> tests = TestsOf(node, words_[at]);
    if (graph_.size() > most_nodes_) return std::nullopt;
    if (std::ranges::all_of(tests, IsOrdered)) {
      return ApplyRanges(node, at, tests);
    }
    if (tests.size() > 1) return std::nullopt;
    return ApplyTest(node, at, *tests.begin());
  }

  std::set<WordTest> TestsOf(NodeId node, uint8_t word) const {
    std::set<WordTest> tests;
    for (const NodeId id : graph_.Reachable(node)) {
      const auto* decision = std::get_if<Decision>(&graph_.node(id));
      if (decision != nullptr && decision->test.word == word) {
        tests.insert(decision->test);
      }
    }
    return tests;
  }

  std::optional<NodeId> ApplyTest(NodeId node, size_t at,
                                  const WordTest& test) {
    const auto rest = [&](bool outcome) {
      std::map<NodeId, NodeId> copies;
      return Apply(Assign(
                       node, test.word,
                       [&](const WordTest&) { return outcome; }, copies),
                   at + 1);
    };
    const std::optional<NodeId> if_true = rest(true);
    const std::optional<NodeId> if_false = rest(false);
    if (!if_true || !if_false) return std::nullopt;
    return graph_.RawBranch(test, *if_true, *if_false);
  }

  static std::set<uint32_t> StartsOf(const std::set<WordTest>& tests) {
    std::set<uint32_t> starts = {0};
    for (const WordTest& test : tests) {
      starts.insert(test.k);
      if (test.op == TestOp::kEqual && test.k != kAllBits) {
        starts.insert(test.k + 1);
      }
    }
    return starts;
  }

  std::optional<NodeId> ApplyRanges(NodeId node, size_t at,
                                    const std::set<WordTest>& tests) {
    std::vector<WeightedRange> ranges;
    for (const uint32_t start : StartsOf(tests)) {
      std::map<NodeId, NodeId> copies;
      const std::optional<NodeId> rest =
          Apply(Assign(
                    node, words_[at],
                    [&](const WordTest& test) { return Passes(test, start); },
                    copies),
                at + 1);
      if (!rest) return std::nullopt;
      if (!ranges.empty()) ranges.back().last = start - 1;
      if (ranges.empty() || ranges.back().node != *rest) {
        ranges.push_back({start, kAllBits, *rest, 0});
      }
    }
    ranges.back().last = kAllBits;
    return Search(words_[at], ranges);
  }

  NodeId Search(uint8_t word, std::vector<WeightedRange>& ranges) {
    Ways ways(graph_);
    double total = 0;
    for (WeightedRange& range : ranges) {
      range.weight = ways.Of(range.node);
      total += range.weight;
    }
    std::vector<WeightedValue> frequent;
    for (const WeightedRange& range : ranges) {
      if (range.first != range.last || range.weight * 100 < total) continue;
      frequent.push_back({range.first, range.weight});
    }
    return BuildWordSearch(graph_, word, ranges, frequent,
                           {.per_weight = per_step_ / total});
  }

  // The graph where the word's tests have the outcomes that `passes` says.
  template <class Passing>
  NodeId Assign(NodeId node, uint8_t word, const Passing& passes,
                std::map<NodeId, NodeId>& copies) {
    while (true) {
      const auto* decision = std::get_if<Decision>(&graph_.node(node));
      if (decision == nullptr || decision->test.word != word) break;
      node = passes(decision->test) ? decision->if_true : decision->if_false;
    }
    if (!Tests(node, word)) return node;
    if (const auto done = copies.find(node); done != copies.end()) {
      return done->second;
    }
    // By value: nodes move as the graph grows.
    const auto decision = std::get<Decision>(graph_.node(node));
    const NodeId if_true = Assign(decision.if_true, word, passes, copies);
    const NodeId if_false = Assign(decision.if_false, word, passes, copies);
    const NodeId copy = graph_.RawBranch(decision.test, if_true, if_false);
    copies.emplace(node, copy);
    return copy;
  }

  DecisionGraph& graph_;
  const std::span<const uint8_t> words_;
  const double per_step_;
  const size_t most_nodes_;
  std::map<std::pair<NodeId, size_t>, NodeId> done_;
};

std::vector<uint8_t> WordsOf(uint16_t set) {
  std::vector<uint8_t> words;
  for (uint8_t word = 0; word < 16; ++word) {
    if ((set >> word & 1) != 0) words.push_back(word);
  }
  return words;
}

constexpr double kDeniedWay = 1e-3;

bool IsMade(uint32_t label) {
  const uint32_t action = label & SECCOMP_RET_ACTION_FULL;
  return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG ||
         action == SECCOMP_RET_USER_NOTIF;
}

}  // namespace

double Ways::Of(NodeId node) {
  constexpr double kMost = 1e12;
  // Branches have lower ids, so they are known before.
  for (auto id = static_cast<NodeId>(known_.size()); id <= node; ++id) {
    if (const auto label = graph_.label(id)) {
      known_.push_back(IsMade(*label) ? 1 : kDeniedWay);
      continue;
    }
    const auto& decision = std::get<Decision>(graph_.node(id));
    const double if_true = known_[decision.if_true];
    const double if_false = known_[decision.if_false];
    const auto usual = UsualOutcome(decision);
    known_.push_back(usual ? (*usual ? if_true : if_false)
                           : std::min(if_true + if_false, kMost));
  }
  return known_[node];
}

double Ways::ShareOfTrue(const Decision& decision) {
  const double if_true = Of(decision.if_true);
  const double if_false = Of(decision.if_false);
  if (const auto usual = UsualOutcome(decision)) return *usual ? 1 : 0;
  return if_true / (if_true + if_false);
}

std::optional<bool> Ways::UsualOutcome(const Decision& decision) const {
  const uint8_t word = decision.test.word;
  if (word < kFirstArgumentWord || word % 2 == 0) return std::nullopt;
  const bool outcome = Passes(decision.test, 0);
  const NodeId next = outcome ? decision.if_true : decision.if_false;
  return known_[next] >= 0.5 ? std::optional<bool>(outcome) : std::nullopt;
}

std::vector<NodeId> ArgumentOrders(DecisionGraph& graph, NodeId node,
                                   double per_step) {
  if (graph.label(node)) return {node};
  std::vector<uint8_t> words = WordsOf(graph.words(node));
  const size_t size = graph.Reachable(node).size();
  if (size > kMaxOrderedNodes) return {node};
  const bool permute =
      words.size() <= kMaxPermutedWords && size <= kMaxPermutedNodes;
  std::vector<NodeId> orders = {node};
  do {
    const std::optional<NodeId> made =
        Ordering(graph, words, per_step).Apply(node);
    if (made && std::ranges::find(orders, *made) == orders.end()) {
      orders.push_back(*made);
    }
  } while (permute && std::ranges::next_permutation(words).found);
  return orders;
}

}  // namespace bailey::policy
