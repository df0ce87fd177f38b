#include "policy-compiler/lower/decision_graph.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <unordered_set>

#include "common/check.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kAllBits = ~uint32_t{0};

// A test in its only spelling: what it is, with its branches swapped or not, or
// the one outcome that it has.
struct Spelling {
  WordTest test;
  bool swapped = false;
  std::optional<bool> constant;
};

Spelling Constant(bool outcome) { return {{}, false, outcome}; }

Spelling SpellAnyBit(uint8_t word, uint32_t bits, bool swapped) {
  if (bits == 0) return Constant(swapped);
  if (bits == kAllBits) return {EqualTest(word, 0), !swapped, {}};
  return {AnyBitTest(word, bits), swapped, {}};
}

Spelling SpellEqual(const WordTest& test) {
  if ((test.k & ~test.mask) != 0) return Constant(false);
  if (test.mask == kAllBits) return {test, false, {}};
  if (test.k == 0) return SpellAnyBit(test.word, test.mask, true);
  // One bit, and it is wanted: the same as asking for any bit of the mask.
  if (std::has_single_bit(test.mask)) {
    return SpellAnyBit(test.word, test.mask, false);
  }
  return {test, false, {}};
}

Spelling SpellGreaterEqual(const WordTest& test) {
  if (test.k == 0) return Constant(true);
  if (test.k > test.mask) return Constant(false);
  if (test.k == 1) return SpellAnyBit(test.word, test.mask, false);
  if (test.k == test.mask) {
    return SpellEqual(EqualTest(test.word, test.k, test.mask));
  }
  return {test, false, {}};
}

Spelling Spell(const WordTest& test) {
  switch (test.op) {
    case TestOp::kEqual:
      return SpellEqual(test);
    case TestOp::kGreaterEqual:
      return SpellGreaterEqual(test);
    case TestOp::kAnyBit:
      return SpellAnyBit(test.word, test.k, false);
  }
  CHECK(false && "a test has one of three operators");
}

}  // namespace

bool Passes(const WordTest& test, uint32_t word) {
  switch (test.op) {
    case TestOp::kEqual:
      return (word & test.mask) == test.k;
    case TestOp::kGreaterEqual:
      return (word & test.mask) >= test.k;
    case TestOp::kAnyBit:
      return (word & test.k) != 0;
  }
  CHECK(false && "a test has one of three operators");
}

NodeId DecisionGraph::Intern(const Node& node) {
  const auto [at, is_new] =
      ids_.emplace(node, static_cast<NodeId>(nodes_.size()));
  if (!is_new) return at->second;
  nodes_.push_back(node);
  uint16_t words = 0;
  if (const auto* decision = std::get_if<Decision>(&node)) {
    words = static_cast<uint16_t>(1u << decision->test.word |
                                  words_[decision->if_true] |
                                  words_[decision->if_false]);
  }
  words_.push_back(words);
  return at->second;
}

NodeId DecisionGraph::Leaf(uint32_t label) { return Intern(Node(label)); }

NodeId DecisionGraph::RawBranch(const WordTest& test, NodeId if_true,
                                NodeId if_false) {
  if (if_true == if_false) return if_true;
  const Spelling spelling = Spell(test);
  if (spelling.constant) return *spelling.constant ? if_true : if_false;
  if (spelling.swapped) std::swap(if_true, if_false);
  return Intern(Node(Decision{spelling.test, if_true, if_false}));
}

NodeId DecisionGraph::Branch(const WordTest& test, NodeId if_true,
                             NodeId if_false) {
  if (if_true == if_false) return if_true;
  const Spelling spelling = Spell(test);
  if (spelling.constant) return *spelling.constant ? if_true : if_false;
  if (spelling.swapped) std::swap(if_true, if_false);
  const NodeId narrowed_true = Restrict(if_true, spelling.test, true);
  const NodeId narrowed_false = Restrict(if_false, spelling.test, false);
  return RawBranch(spelling.test, narrowed_true, narrowed_false);
}

std::optional<uint32_t> DecisionGraph::label(NodeId id) const {
  const uint32_t* label = std::get_if<uint32_t>(&nodes_[id]);
  return label ? std::optional<uint32_t>(*label) : std::nullopt;
}

uint32_t DecisionGraph::Evaluate(NodeId root, const SeccompData& data) const {
  while (const auto* decision = std::get_if<Decision>(&nodes_[root])) {
    const uint32_t word = SeccompWord(data, decision->test.word * 4u);
    root =
        Passes(decision->test, word) ? decision->if_true : decision->if_false;
  }
  return std::get<uint32_t>(nodes_[root]);
}

std::vector<NodeId> DecisionGraph::Reachable(NodeId root) const {
  std::vector<NodeId> ids;
  std::unordered_set<NodeId> seen{root};
  std::vector<NodeId> pending{root};
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    ids.push_back(id);
    const auto* decision = std::get_if<Decision>(&nodes_[id]);
    if (decision == nullptr) continue;
    for (const NodeId next : {decision->if_true, decision->if_false}) {
      if (seen.insert(next).second) pending.push_back(next);
    }
  }
  std::ranges::sort(ids);
  return ids;
}

NodeId DecisionGraph::Import(
    const DecisionGraph& other, NodeId root,
    const std::function<uint32_t(uint32_t)>& label_of) {
  std::unordered_map<NodeId, NodeId> copies;
  for (const NodeId id : other.Reachable(root)) {
    if (const auto* decision = std::get_if<Decision>(&other.node(id))) {
      copies[id] = RawBranch(decision->test, copies.at(decision->if_true),
                             copies.at(decision->if_false));
    } else {
      copies[id] = Leaf(label_of(*other.label(id)));
    }
  }
  return copies.at(root);
}

}  // namespace bailey::policy
