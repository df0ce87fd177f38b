#include "analyzer/flow/seen_uses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {
namespace {

const Flow& UseProgram() {
  static const Flow* const kFlow = [] {
    const std::string folder = BAILEY_TESTDATA "/analyzer/uses";
    std::vector<UnitFacts> units;
    UnitOutcome unit = ParseUnit(
        {folder, "uses.c", "", {"gcc", "-std=gnu17", "-w", "-c", "uses.c"}},
        folder);
    EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    units.push_back(std::move(unit.facts));
    return new Flow(JoinUnits(std::move(units), {}).flow);
  }();
  return *kFlow;
}

std::vector<PointerUse> SeenOf(const std::string& function, size_t index) {
  for (const FlowFunction& each : UseProgram().functions)
    if (each.id == function && index < each.parameters.size())
      return each.parameters[index].inferred.seen;
  ADD_FAILURE() << function;
  return {};
}

bool Is(SeenUse use, const std::string& function, size_t index = 0) {
  const std::vector<PointerUse> seen = SeenOf(function, index);
  return std::ranges::find(seen, use, &PointerUse::use) != seen.end();
}

// The copy that a call leaves behind is the next caller's.
TEST(SeenUses, APointerThatOutlivesTheCallIsKept) {
  for (const char* function :
       {"keeps", "keeps_part", "keeps_in_structure", "keeps_in_heap",
        "keeps_by_environment", "keeps_by_another", "keeps_what_is_returned",
        "keeps_what_is_found", "keeps_what_another_finds"})
    EXPECT_TRUE(Is(SeenUse::kKept, function)) << function;
  EXPECT_TRUE(Is(SeenUse::kKept, "reader_open", 1));
  EXPECT_TRUE(Is(SeenUse::kKept, "keeps_behind", 1));
}

TEST(SeenUses, WhatALocalHoldsEndsWithTheCall) {
  EXPECT_FALSE(Is(SeenUse::kKept, "reads_through_local"));
  EXPECT_FALSE(Is(SeenUse::kKept, "keeps_distance"));
  EXPECT_FALSE(Is(SeenUse::kKept, "only_reads"));
  EXPECT_FALSE(Is(SeenUse::kKept, "keeps_a_number_of_it"));
  EXPECT_FALSE(Is(SeenUse::kKept, "keeps_a_copy"));
}

// An attacker's pointer in the trusted portion reads its key.
TEST(SeenUses, PointersInBytesAreSeen) {
  for (const char* function :
       {"casts", "copies_out", "copies_by_byte", "copies_to_global",
        "copies_to_heap", "from_number", "from_bytes", "from_sum",
        "has_it_copied", "has_it_copied_twice", "has_it_copied_to_heap"})
    EXPECT_TRUE(Is(SeenUse::kHoldsPointers, function)) << function;
}

TEST(SeenUses, BytesBesidePointersAreBytes) {
  for (const char* function :
       {"fills_block", "indexes", "copies_plain", "keeps_distance",
        "only_reads", "has_a_block_copied"})
    EXPECT_FALSE(Is(SeenUse::kHoldsPointers, function)) << function;
}

TEST(SeenUses, WrittenInSpiteOfConst) {
  EXPECT_TRUE(Is(SeenUse::kWritten, "casts_const_away"));
  EXPECT_TRUE(Is(SeenUse::kWritten, "writes_by_another"));
  EXPECT_FALSE(Is(SeenUse::kWritten, "only_reads"));
}

TEST(SeenUses, TextsAndWhatIsCounted) {
  EXPECT_TRUE(Is(SeenUse::kText, "is_text"));
  EXPECT_TRUE(Is(SeenUse::kText, "is_text_by_another"));
  EXPECT_FALSE(Is(SeenUse::kCounted, "is_text_by_another"));
  EXPECT_FALSE(Is(SeenUse::kText, "has_text_behind"));
  for (const char* function :
       {"is_both", "copies_plain", "fills_block", "only_reads"})
    EXPECT_TRUE(Is(SeenUse::kCounted, function)) << function;
}

ExtentKind KindOf(const std::string& function, size_t index) {
  for (const FlowFunction& each : UseProgram().functions)
    if (each.id == function) return each.parameters.at(index).inferred.kind;
  ADD_FAILURE() << function;
  return ExtentKind::kNotInferred;
}

TEST(SeenUses, ATextByItsLengthIsAText) {
  EXPECT_EQ(KindOf("copies_text", 0), ExtentKind::kString);
  EXPECT_EQ(KindOf("writes_text", 1), ExtentKind::kString);
  EXPECT_TRUE(Is(SeenUse::kText, "copies_text"));
  EXPECT_FALSE(Is(SeenUse::kCounted, "writes_text", 1));
  EXPECT_EQ(KindOf("writes_more", 1), ExtentKind::kUnknown);
  EXPECT_TRUE(Is(SeenUse::kCounted, "writes_more", 1));
  EXPECT_EQ(KindOf("writes_another", 1), ExtentKind::kUnknown);
}

const InferredExtent& ExtentOf(const std::string& function, size_t index) {
  static const InferredExtent kNone;
  for (const FlowFunction& each : UseProgram().functions)
    if (each.id == function) return each.parameters.at(index).inferred;
  ADD_FAILURE() << function;
  return kNone;
}

// Nobody calls them, and yet: what is looked at at all is looked at whole.
TEST(PointerExtents, ProvidedWhereANumberCountsAllOrNothing) {
  EXPECT_TRUE(ExtentOf("copies_all_or_nothing", 0).provided);
  EXPECT_TRUE(ExtentOf("hashes_all_or_nothing", 0).provided);
  EXPECT_FALSE(ExtentOf("compares_some", 0).provided);
  EXPECT_FALSE(ExtentOf("reads_four_or_nothing", 0).provided);
  EXPECT_FALSE(ExtentOf("copies_half_or_all", 0).provided);
}

// B6: so whoever believes them (policy-compiler/split/inferred_rules.h) has the
// copy guarded.
TEST(PointerExtents, BoundsAreOfWhatCDefines) {
  const InferredExtent& less = ExtentOf("all_but_one", 0);
  EXPECT_EQ(less.kind, ExtentKind::kParameter);
  EXPECT_EQ(less.factor, 1u);
  const InferredExtent& product = ExtentOf("four_each", 0);
  EXPECT_EQ(product.kind, ExtentKind::kParameter);
  EXPECT_EQ(product.factor, 4u);
}

TEST(SeenUses, SaysWhere) {
  const std::vector<PointerUse> seen = SeenOf("keeps_by_another", 0);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].site.function, "keeps_by_another");
  EXPECT_GT(seen[0].site.line, 0);
}

// Who calls himself and keeps what he is given is looked at to an end.
TEST(SeenUses, RecursionEnds) {
  FunctionExtents function;
  function.id = "f";
  function.uses = {{0, SeenUse::kKept, 1, {}}};
  ExtentCall call;
  call.to = "f";
  PassedArgument first;
  first.kind = PassedKind::kParameter;
  first.parameter = 1;
  PassedArgument second = first;
  second.parameter = 0;
  call.arguments = {first, second};
  function.calls = {call};
  const SeenUses uses({function});
  EXPECT_EQ(uses.Of("f", 0).size(), 1u);
  EXPECT_EQ(uses.Of("f", 1).size(), 1u);
}

}  // namespace
}  // namespace bailey::analyzer
