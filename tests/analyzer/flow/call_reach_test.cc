// Groups of functions against the walk over each function by itself.
#include "analyzer/flow/call_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace bailey::analyzer {
namespace {

class CallReachOnRandomGraphsTest : public ::testing::Test {
 protected:
  uint32_t Below(size_t limit) {
    return static_cast<uint32_t>(random_() % limit);
  }

  PhaseNode RandomNode(size_t functions) {
    PhaseNode node;
    for (uint32_t calls = Below(3); calls > 0; --calls)
      node.callees.push_back(Below(functions));
    node.calls_any = Below(12) == 0;
    return node;
  }

  PhaseGraph RandomGraph() {
    PhaseGraph graph;
    graph.functions.resize(1 + Below(12));
    for (PhaseFunction& function : graph.functions) {
      function.pointed = Below(4) == 0;
      for (uint32_t nodes = 1 + Below(2); nodes > 0; --nodes)
        function.nodes.push_back(RandomNode(graph.functions.size()));
    }
    return graph;
  }

  std::mt19937 random_{11};
};

TEST_F(CallReachOnRandomGraphsTest, EqualsTheWalk) {
  size_t several = 0;
  for (int round = 0; round < 4000; ++round) {
    const PhaseGraph graph = RandomGraph();
    const bool any = Below(2) == 0;
    const uint32_t from = Below(graph.functions.size());
    const std::vector<uint32_t> nodes = {
        Below(graph.functions[from].nodes.size())};
    const std::vector<bool> expected = CalledFrom(graph, from, nodes, any);
    const CallReach reach(graph, any);
    const CallReach::Called called = reach.From(from, nodes);
    for (uint32_t f = 0; f < graph.functions.size(); ++f)
      ASSERT_EQ(called.groups[reach.GroupOf(f)], expected[f])
          << "round " << round << ", function " << f;
    const auto count = static_cast<size_t>(std::ranges::count(expected, true));
    ASSERT_EQ(called.functions, count) << "round " << round;
    several += count > 2 && count < graph.functions.size();
  }
  EXPECT_GT(several, 500u);
}

// A chain of calls as long as no stack is.
TEST(CallReachTest, ALongChainIsFollowed) {
  constexpr uint32_t kLength = 300000;
  PhaseGraph graph;
  graph.functions.resize(kLength);
  for (uint32_t f = 0; f < kLength; ++f) {
    graph.functions[f].nodes.resize(1);
    if (f + 1 < kLength) graph.functions[f].nodes[0].callees = {f + 1};
  }
  EXPECT_EQ(CallReach(graph, false).From(0, {0}).functions, kLength - 1);
}

}  // namespace
}  // namespace bailey::analyzer
