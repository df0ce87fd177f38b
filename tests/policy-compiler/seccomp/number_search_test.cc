#include "policy-compiler/seccomp/number_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace bailey::policy {
namespace {

std::vector<NumberRange> RandomRanges(DecisionGraph& graph, size_t count,
                                      std::mt19937& random) {
  std::set<uint32_t> starts = {0};
  while (starts.size() < count) starts.insert(random() % (count * 2));
  std::vector<NumberRange> ranges;
  for (const uint32_t start : starts) {
    NodeId node = graph.Leaf(random() % 3);
    if (!ranges.empty()) {
      ranges.back().last = start - 1;
      // Neighbours differ.
      if (node == ranges.back().node) {
        node = graph.Leaf(3 + random() % 2);
      }
      if (node == ranges.back().node) node = graph.Leaf(5);
    }
    ranges.push_back({start, ~uint32_t{0}, node});
  }
  return ranges;
}

TEST(BuildNumberSearch, FindsTheRangeOfEveryNumber) {
  std::mt19937 random(3);
  for (const size_t count : {1u, 2u, 3u, 5u, 8u, 40u, 159u, 160u, 161u, 700u}) {
    DecisionGraph graph;
    const auto ranges = RandomRanges(graph, count, random);
    const NodeId root = BuildNumberSearch(graph, ranges, {});
    for (const NumberRange& range : ranges) {
      for (const uint32_t number : {range.first, range.last}) {
        EXPECT_EQ(graph.Evaluate(root, {.number = number}),
                  graph.label(range.node));
      }
    }
  }
}

TEST(BuildNumberSearch, OneTestForANumberAmongOthers) {
  DecisionGraph graph;
  const NodeId no = graph.Leaf(1);
  const NodeId yes = graph.Leaf(2);
  const NumberRange ranges[] = {{0, 6, no}, {7, 7, yes}, {8, ~0u, no}};
  const NodeId root = BuildNumberSearch(graph, ranges, {});
  EXPECT_EQ(std::get<Decision>(graph.node(root)),
            (Decision{EqualTest(kNumberWord, 7), yes, no}));
}

TEST(BuildNumberSearch, IsShallow) {
  std::mt19937 random(5);
  DecisionGraph graph;
  const auto ranges = RandomRanges(graph, 128, random);
  const NodeId root = BuildNumberSearch(graph, ranges, {});
  for (const NumberRange& range : ranges) {
    int depth = 0;
    NodeId node = root;
    while (const auto* decision = std::get_if<Decision>(&graph.node(node))) {
      node = Passes(decision->test, range.first) ? decision->if_true
                                                 : decision->if_false;
      ++depth;
    }
    EXPECT_LE(depth, 16);
  }
}

}  // namespace
}  // namespace bailey::policy
