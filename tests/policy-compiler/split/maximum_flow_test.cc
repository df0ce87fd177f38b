#include "policy-compiler/split/maximum_flow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

namespace bailey::policy {
namespace {

struct Pipe {
  uint32_t from;
  uint32_t to;
  FlowAmount capacity;
};

// The least capacity that separates node 0 from node 1, of all ways to do it.
FlowAmount LeastCut(size_t nodes, const std::vector<Pipe>& pipes) {
  std::optional<FlowAmount> least;
  for (uint32_t side = 0; side < (1u << nodes); ++side) {
    const auto is_source = [&](uint32_t node) {
      return (side >> node & 1) != 0;
    };
    if (!is_source(0) || is_source(1)) continue;
    FlowAmount cut{};
    for (const Pipe& pipe : pipes)
      if (is_source(pipe.from) && !is_source(pipe.to))
        for (size_t i = 0; i < kFlowTerms; ++i) cut[i] += pipe.capacity[i];
    if (!least || cut < *least) least = cut;
  }
  return *least;
}

FlowAmount FlowAcross(const MaximumFlow& flow, const std::vector<Pipe>& pipes) {
  FlowAmount cut{};
  for (const Pipe& pipe : pipes)
    if (flow.IsOnSourceSide(pipe.from) && !flow.IsOnSourceSide(pipe.to))
      for (size_t i = 0; i < kFlowTerms; ++i) cut[i] += pipe.capacity[i];
  return cut;
}

TEST(MaximumFlowTest, NothingFlowsWhereNothingLeads) {
  MaximumFlow flow(3);
  flow.Add(0, 2, {1});
  EXPECT_EQ(flow.Run(0, 1), FlowAmount{});
  EXPECT_TRUE(flow.IsOnSourceSide(2));
}

TEST(MaximumFlowTest, AnEarlierTermOutweighsAnyOfALater) {
  MaximumFlow flow(3);
  flow.Add(0, 2, {0, 1});
  flow.Add(2, 1, {0, 0, 1'000'000});
  EXPECT_EQ(flow.Run(0, 1), (FlowAmount{0, 0, 1'000'000}));
}

// What was sent the wrong way first has to be taken back.
TEST(MaximumFlowTest, FlowIsTakenBack) {
  MaximumFlow flow(4);
  for (const auto& [from, to] :
       {std::pair{0u, 2u}, {0u, 3u}, {2u, 3u}, {2u, 1u}, {3u, 1u}})
    flow.Add(from, to, {1});
  EXPECT_EQ(flow.Run(0, 1), FlowAmount{2});
}

TEST(MaximumFlowTest, ItIsTheLeastCutOfRandomNetworks) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const size_t nodes = 2 + random() % 6;
    std::vector<Pipe> pipes(random() % 16);
    MaximumFlow flow(nodes);
    for (Pipe& pipe : pipes) {
      pipe.from = static_cast<uint32_t>(random() % nodes);
      pipe.to = static_cast<uint32_t>(random() % nodes);
      pipe.capacity[random() % 3] = static_cast<int64_t>(random() % 5);
      flow.Add(pipe.from, pipe.to, pipe.capacity);
    }
    const FlowAmount value = flow.Run(0, 1);
    ASSERT_EQ(value, LeastCut(nodes, pipes)) << "round " << round;
    ASSERT_EQ(value, FlowAcross(flow, pipes)) << "round " << round;
  }
}

}  // namespace
}  // namespace bailey::policy
