// A decision graph: what a filter decides, before it is instructions. Inner
// nodes test one 32-bit word of struct seccomp_data, leaves hold the answer.
// Nodes are hash-consed: equal nodes are one, so shared suffixes and equal
// answers cost nothing, and a test whose branches are equal vanishes.
//
//   DecisionGraph graph;
//   NodeId allow = graph.Leaf(SECCOMP_RET_ALLOW);
//   NodeId deny = graph.Leaf(SECCOMP_RET_KILL_PROCESS);
//   NodeId root = graph.Branch(EqualTest(kNumberWord, 39), allow, deny);
//   graph.Evaluate(root, data);  // a label
//
// The method is that of reduced ordered decision diagrams (Bryant 1986), but
// the order of tests is the caller's. Not thread-safe.

#ifndef BAILEY_POLICY_COMPILER_LOWER_DECISION_GRAPH_H_
#define BAILEY_POLICY_COMPILER_LOWER_DECISION_GRAPH_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "common/bpf/evaluator.h"

namespace bailey::policy {

// Words of struct seccomp_data: byte offset / 4.
inline constexpr uint8_t kNumberWord = 0;
inline constexpr uint8_t kArchitectureWord = 1;
inline constexpr uint8_t kFirstArgumentWord = 4;
constexpr uint8_t LowWord(int argument) {
  return static_cast<uint8_t>(kFirstArgumentWord + 2 * argument);
}
constexpr uint8_t HighWord(int argument) {
  return static_cast<uint8_t>(LowWord(argument) + 1);
}

enum class TestOp : uint8_t {
  kEqual,         // (word & mask) == k
  kGreaterEqual,  // (word & mask) >= k, unsigned
  kAnyBit,        // (word & k) != 0; the mask is all ones
};

struct WordTest {
  uint8_t word = 0;
  TestOp op = TestOp::kEqual;
  uint32_t mask = ~uint32_t{0};
  uint32_t k = 0;
  auto operator<=>(const WordTest&) const = default;
};

constexpr WordTest EqualTest(uint8_t word, uint32_t k,
                             uint32_t mask = ~uint32_t{0}) {
  return {word, TestOp::kEqual, mask, k};
}
constexpr WordTest GreaterEqualTest(uint8_t word, uint32_t k,
                                    uint32_t mask = ~uint32_t{0}) {
  return {word, TestOp::kGreaterEqual, mask, k};
}
constexpr WordTest AnyBitTest(uint8_t word, uint32_t bits) {
  return {word, TestOp::kAnyBit, ~uint32_t{0}, bits};
}

bool Passes(const WordTest& test, uint32_t word);

using NodeId = uint32_t;

struct Decision {
  WordTest test;
  NodeId if_true = 0;
  NodeId if_false = 0;
  auto operator<=>(const Decision&) const = default;
};

using Node = std::variant<uint32_t, Decision>;  // a leaf's label, or a test

// INVARIANT: a node's branches have lower ids than itself (nodes are made from
// the leaves up and never changed), so the graph has no cycle and a pass in the
// order of ids is a topological one.
class DecisionGraph {
 public:
  NodeId Leaf(uint32_t label);

  // A test in its simplest form: tests with one possible outcome and tests
  // whose branches are equal yield a branch, others are brought to one spelling
  // each (`>= 1` is `!= 0`), and the test's outcome is carried into the
  // branches where that decides later tests of the same word.
  NodeId Branch(const WordTest& test, NodeId if_true, NodeId if_false);

  // Without carrying the outcome into the branches: for searches whose tests
  // are known to be needed.
  NodeId RawBranch(const WordTest& test, NodeId if_true, NodeId if_false);

  // A copy of a node of another graph, its labels mapped.
  NodeId Import(const DecisionGraph& other, NodeId root,
                const std::function<uint32_t(uint32_t)>& label_of);

  const Node& node(NodeId id) const { return nodes_[id]; }
  // The label, if the node is a leaf.
  std::optional<uint32_t> label(NodeId id) const;
  size_t size() const { return nodes_.size(); }
  // Which words the node or one below it tests: bit w for word w.
  uint16_t words(NodeId id) const { return words_[id]; }

  uint32_t Evaluate(NodeId root, const SeccompData& data) const;
  // The ids that can be reached from `root`, ascending.
  std::vector<NodeId> Reachable(NodeId root) const;

 private:
  class Restriction;

  NodeId Intern(const Node& node);
  NodeId Restrict(NodeId root, const WordTest& test, bool outcome);

  std::vector<Node> nodes_;
  std::vector<uint16_t> words_;  // by node: which words it or one below tests
  std::map<Node, NodeId> ids_;
};

// What an outcome of `known` says about `asked`, if it decides it. Incomplete:
// none is always a sound answer. Both tests are in the form that Branch makes.
std::optional<bool> Implies(const WordTest& known, bool outcome,
                            const WordTest& asked);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LOWER_DECISION_GRAPH_H_
