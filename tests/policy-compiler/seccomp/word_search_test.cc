#include "policy-compiler/seccomp/word_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "policy-compiler/seccomp/value_fold.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kLast = ~uint32_t{0};

std::vector<WeightedRange> RandomRanges(DecisionGraph& graph, size_t count,
                                        std::mt19937& random) {
  std::set<uint32_t> starts = {0};
  while (starts.size() < count) starts.insert(random() % (count * 3));
  std::vector<WeightedRange> ranges;
  for (const uint32_t start : starts) {
    if (!ranges.empty()) ranges.back().last = start - 1;
    ranges.push_back(
        {start, kLast, graph.Leaf(random() % 3), (random() % 4) * 0.5});
  }
  return ranges;
}

uint32_t LabelOf(const DecisionGraph& graph,
                 const std::vector<WeightedRange>& ranges, uint32_t value) {
  const auto above =
      std::ranges::upper_bound(ranges, value, {}, &WeightedRange::first);
  return *graph.label(std::prev(above)->node);
}

void ExpectFound(const DecisionGraph& graph, NodeId root,
                 const std::vector<WeightedRange>& ranges) {
  std::set<uint32_t> values = {kLast, 0x40000000, 0x80000000};
  for (const WeightedRange& range : ranges) {
    for (uint32_t step = 0; step < 4; ++step) values.insert(range.first + step);
    values.insert(range.last);
  }
  for (const uint32_t value : values) {
    ASSERT_EQ(graph.Evaluate(root, {.number = value}),
              LabelOf(graph, ranges, value))
        << value;
  }
}

TEST(BuildWordSearch, FindsTheRangeOfEveryValue) {
  std::mt19937 random(3);
  for (const size_t count : {1u, 2u, 3u, 5u, 8u, 40u, 159u, 161u, 700u}) {
    for (const double per_weight : {0.0, 0.01, 3.0}) {
      DecisionGraph graph;
      const auto ranges = RandomRanges(graph, count, random);
      std::vector<WeightedValue> frequent;
      for (int i = 0; i < 6; ++i) {
        frequent.push_back({static_cast<uint32_t>(random() % (count * 3)), 2});
      }
      const NodeId root =
          BuildWordSearch(graph, kNumberWord, ranges, frequent, {per_weight});
      ASSERT_NO_FATAL_FAILURE(ExpectFound(graph, root, ranges));
    }
  }
}

// Single values among others, as denied calls stand among allowed ones: many
// folds pay here.
TEST(BuildWordSearch, FoldsAndSubsetsChangeNoAnswer) {
  std::mt19937 random(8);
  for (int round = 0; round < 60; ++round) {
    DecisionGraph graph;
    std::set<uint32_t> singles;
    const uint32_t bit = 1u << (random() % 9);
    for (int i = 0; i < 12; ++i) {
      const uint32_t value = random() % 480;
      singles.insert(value);
      if (random() % 2) singles.insert(value ^ bit);
    }
    std::vector<WeightedRange> ranges = {{0, kLast, graph.Leaf(0), 1}};
    for (const uint32_t value : singles) {
      if (ranges.back().first == value) {
        ranges.back().node = graph.Leaf(1);
      } else {
        ranges.back().last = value - 1;
        ranges.push_back({value, kLast, graph.Leaf(1), 1});
      }
      ranges.back().last = value;
      ranges.push_back({value + 1, kLast, graph.Leaf(0), 1});
    }
    const NodeId root = BuildWordSearch(graph, kNumberWord, ranges, {}, {});
    for (uint32_t value = 0; value < 600; ++value) {
      ASSERT_EQ(graph.Evaluate(root, {.number = value}),
                singles.contains(value) ? 1u : 0u)
          << value;
    }
  }
}

TEST(BuildWordSearch, OneTestForANumberAmongOthers) {
  DecisionGraph graph;
  const NodeId no = graph.Leaf(1);
  const NodeId yes = graph.Leaf(2);
  const WeightedRange ranges[] = {
      {0, 6, no, 0}, {7, 7, yes, 1}, {8, kLast, no, 0}};
  const NodeId root = BuildWordSearch(graph, kNumberWord, ranges, {}, {});
  EXPECT_EQ(std::get<Decision>(graph.node(root)),
            (Decision{EqualTest(kNumberWord, 7), yes, no}));
}

TEST(BuildWordSearch, OneTestForAllValuesWithoutABitOutside) {
  DecisionGraph graph;
  const NodeId no = graph.Leaf(1);
  const NodeId yes = graph.Leaf(2);
  const WeightedRange ranges[] = {{0, 1, yes, 1},
                                  {2, 0x7f, no, 0},
                                  {0x80, 0x81, yes, 1},
                                  {0x82, kLast, no, 0}};
  const NodeId root = BuildWordSearch(graph, LowWord(1), ranges, {}, {});
  EXPECT_EQ(std::get<Decision>(graph.node(root)),
            (Decision{AnyBitTest(LowWord(1), ~0x81u), no, yes}));
}

TEST(BuildWordSearch, TestsFrequentValuesFirst) {
  DecisionGraph graph;
  std::vector<WeightedRange> ranges;
  for (uint32_t i = 0; i < 60; ++i) {
    ranges.push_back({i * 10, i * 10 + 9, graph.Leaf(i % 3), 0.1});
  }
  ranges.back().last = kLast;
  ranges[31].first = 301;
  ranges[30] = {300, 300, graph.Leaf(9), 50};
  const WeightedValue frequent[] = {{300, 50}};
  const NodeId root =
      BuildWordSearch(graph, kNumberWord, ranges, frequent, {0.1});
  const auto& first = std::get<Decision>(graph.node(root));
  EXPECT_EQ(first.test, EqualTest(kNumberWord, 300));
  EXPECT_EQ(first.if_true, graph.Leaf(9));
}

TEST(CountTests, SinglesTakeOneAndBoundariesOne) {
  DecisionGraph graph;
  const NodeId a = graph.Leaf(1);
  const NodeId b = graph.Leaf(2);
  const WeightedRange single[] = {{0, 6, a, 0}, {7, 7, b, 0}, {8, kLast, a, 0}};
  EXPECT_EQ(CountTests(single), 1);
  const WeightedRange run[] = {{0, 6, a, 0}, {7, 9, b, 0}, {10, kLast, a, 0}};
  EXPECT_EQ(CountTests(run), 2);
  EXPECT_EQ(CountTests(std::span(run).first(1)), 0);
}

// Every 16th value, and a few others.
std::vector<WeightedRange> EverySixteenth(DecisionGraph& graph) {
  const NodeId a = graph.Leaf(1);
  const NodeId b = graph.Leaf(2);
  std::vector<WeightedRange> ranges = {{90, 100, a, 0}};
  for (const uint32_t value : {101u, 117u, 127u, 133u, 149u, 165u}) {
    ranges.back().last = value - 1;
    ranges.push_back({value, value, b, 0});
    ranges.push_back({value + 1, 180, a, 0});
  }
  return ranges;
}

TEST(FoldTable, OneTestForValuesWithEqualBits) {
  DecisionGraph graph;
  const std::vector<WeightedRange> ranges = EverySixteenth(graph);
  EXPECT_EQ(CountTests(ranges), 6);
  const auto fold = FoldTable(ranges).Best(0, ranges.size());
  ASSERT_TRUE(fold);
  // 127 taken out, and #0xf, jeq #5.
  EXPECT_EQ(fold->tests, 3);
}

// Whatever the kind and the mask: each value is in one part, with its answer.
TEST(ApplyFold, KeepsEveryValuesAnswer) {
  DecisionGraph graph;
  const std::vector<WeightedRange> ranges = EverySixteenth(graph);
  for (const FoldKind kind : {FoldKind::kAnd, FoldKind::kNoBit,
                              FoldKind::kAnyBit, FoldKind::kSplit}) {
    for (uint32_t mask = 1; mask < 512; ++mask) {
      const FoldedRanges folded = ApplyFold(ranges, {kind, mask, 0});
      for (uint32_t value = 90; value <= 180; ++value) {
        const auto taken =
            std::ranges::find(folded.taken_out, value, &WeightedRange::first);
        const bool has_bits = kind != FoldKind::kAnd && (value & mask) != 0;
        const auto& part = has_bits ? folded.with_bits : folded.folded;
        const uint32_t key = kind == FoldKind::kAnd ? value & mask : value;
        const auto above =
            std::ranges::upper_bound(part, key, {}, &WeightedRange::first);
        const NodeId found = taken != folded.taken_out.end()
                                 ? taken->node
                                 : std::prev(above)->node;
        ASSERT_EQ(*graph.label(found), LabelOf(graph, ranges, value))
            << value << " by " << mask;
      }
    }
  }
}

}  // namespace
}  // namespace bailey::policy
