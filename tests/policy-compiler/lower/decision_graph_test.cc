#include "policy-compiler/lower/decision_graph.h"

#include <gtest/gtest.h>

#include <random>

namespace bailey::policy {
namespace {

TEST(DecisionGraph, EqualNodesAreOne) {
  DecisionGraph graph;
  const NodeId yes = graph.Leaf(1);
  const NodeId no = graph.Leaf(2);
  EXPECT_EQ(graph.Leaf(1), yes);
  EXPECT_EQ(graph.Branch(EqualTest(4, 7), yes, no),
            graph.Branch(EqualTest(4, 7), yes, no));
  EXPECT_EQ(graph.Branch(EqualTest(4, 7), yes, yes), yes);
}

TEST(DecisionGraph, TestsHaveOneSpelling) {
  DecisionGraph graph;
  const NodeId yes = graph.Leaf(1);
  const NodeId no = graph.Leaf(2);
  EXPECT_EQ(graph.Branch(GreaterEqualTest(4, 0), yes, no), yes);
  EXPECT_EQ(graph.Branch(EqualTest(4, 8, 7), yes, no), no);
  EXPECT_EQ(graph.Branch(AnyBitTest(4, 0), yes, no), no);
  EXPECT_EQ(graph.Branch(GreaterEqualTest(4, 1), yes, no),
            graph.Branch(EqualTest(4, 0), no, yes));
  EXPECT_EQ(graph.Branch(EqualTest(4, 8, 8), yes, no),
            graph.Branch(AnyBitTest(4, 8), yes, no));
}

TEST(DecisionGraph, OutcomesAreCarriedIntoTheBranches) {
  DecisionGraph graph;
  const NodeId a = graph.Leaf(1);
  const NodeId b = graph.Leaf(2);
  const NodeId c = graph.Leaf(3);
  const NodeId later = graph.Branch(EqualTest(4, 9), a, b);
  const NodeId root = graph.Branch(EqualTest(4, 5), later, c);
  EXPECT_EQ(std::get<Decision>(graph.node(root)).if_true, b);
}

// Implies is held against every value of a small word.
TEST(Implies, NeverSaysWhatAValueContradicts) {
  std::mt19937 random(7);
  int answers = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto make = [&] {
      const uint32_t k = random() % 16;
      switch (random() % 3) {
        case 0:
          return EqualTest(4, k, random() % 2 ? ~0u : random() % 16);
        case 1:
          return GreaterEqualTest(4, k, random() % 2 ? ~0u : 15);
        default:
          return AnyBitTest(4, k);
      }
    };
    // Branch brings the tests to their one spelling.
    DecisionGraph graph;
    const NodeId one = graph.Leaf(1);
    const NodeId two = graph.Leaf(2);
    const NodeId known = graph.RawBranch(make(), one, two);
    const NodeId asked = graph.RawBranch(make(), one, two);
    if (graph.label(known) || graph.label(asked)) continue;
    const WordTest k = std::get<Decision>(graph.node(known)).test;
    const WordTest a = std::get<Decision>(graph.node(asked)).test;
    for (const bool outcome : {false, true}) {
      const auto answer = Implies(k, outcome, a);
      if (!answer) continue;
      ++answers;
      for (uint32_t word = 0; word < 64; ++word) {
        if (Passes(k, word) != outcome) continue;
        EXPECT_EQ(Passes(a, word), *answer);
      }
    }
  }
  EXPECT_GT(answers, 1000);
}

TEST(DecisionGraph, ImportMapsLabelsAndMerges) {
  DecisionGraph from;
  const NodeId root = from.Branch(EqualTest(4, 1), from.Leaf(1), from.Leaf(2));
  DecisionGraph to;
  EXPECT_EQ(to.Import(from, root, [](uint32_t) { return 9u; }), to.Leaf(9));
  const NodeId kept = to.Import(from, root, [](uint32_t x) { return x + 1; });
  SeccompData data;
  data.arguments[0] = 1;
  EXPECT_EQ(to.Evaluate(kept, data), 2u);
}

}  // namespace
}  // namespace bailey::policy
