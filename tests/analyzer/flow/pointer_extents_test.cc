#include "analyzer/flow/pointer_extents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "analyzer/flow/extent_summary.h"
#include "analyzer/flow/library_extents.h"
#include "tests/analyzer/flow/extent_programs.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const InferredExtent& Of(const std::string& function, size_t index = 0) {
  static const InferredExtent kNone;
  for (const FlowFunction& each : ExtentPrograms().functions)
    if (each.id == function && index < each.parameters.size())
      return each.parameters[index].inferred;
  ADD_FAILURE() << function;
  return kNone;
}

// "4*1+0": 4 bytes for each that parameter 1 counts, and none besides.
std::string Said(const std::string& function, size_t index = 0) {
  const InferredExtent& inferred = Of(function, index);
  switch (inferred.kind) {
    case ExtentKind::kNothing:
      return "nothing";
    case ExtentKind::kConstant:
      return fmt::format("{}", inferred.bytes);
    case ExtentKind::kParameter:
      return fmt::format("{}*{}+{}", inferred.factor, inferred.parameter,
                         inferred.bytes);
    case ExtentKind::kString:
      return "text";
    default:
      return "unknown";
  }
}

TEST(PointerExtents, LoopsAndCopiesUpToAParameter) {
  const std::map<std::string, std::string> expected = {
      {"sum", "4*1+0"},
      {"sum_signed", "4*1+0"},
      {"fill", "1*2+0"},
      {"copy", "1*2+0"},
      {"copy_words", "4*2+0"},
      {"first_and_last", "1*1+0"},
      {"bounded", "1*1+0"},
      {"up_to_end", "1*1+0"},
      {"backwards_unsigned", "1*1+0"},
      {"search", "1*1+0"},
      {"describe", "1*1+0"},
      {"through", "4*1+0"},
      {"main.c:pass_on", "4*1+0"},
      {"matrix", "16*1+0"},
      {"cast", "4*1+0"},
      {"at_most_a_text", "1*1+0"}};
  for (const auto& [function, bytes] : expected)
    EXPECT_EQ(Said(function), bytes) << function;
}

TEST(PointerExtents, Constants) {
  EXPECT_EQ(Said("be32"), "4");
  EXPECT_EQ(Said("digest"), "32");
  EXPECT_EQ(Said("point_sum"), "8");
  EXPECT_EQ(Said("low_bits"), "16");
  EXPECT_EQ(Said("recurses_within"), "4");
  EXPECT_EQ(Said("unread"), "71");
  EXPECT_EQ(Said("by_value"), "100");
  EXPECT_EQ(Said("is_there"), "nothing");
}

TEST(PointerExtents, Texts) {
  EXPECT_EQ(Said("length"), "text");
  EXPECT_EQ(Said("joins", 1), "text");
  EXPECT_EQ(Said("joins", 0), "unknown");
}

TEST(PointerExtents, MoreThanTheCountSays) {
  EXPECT_EQ(Said("one_more"), "1*1+1");
  EXPECT_EQ(Said("small_count"), "1*1+201");
  EXPECT_EQ(Said("at_least_once"), "1*1+1");
  EXPECT_EQ(Said("overlapping"), "1*1+2");
  EXPECT_EQ(Said("after_the_loop"), "1*1+1");
}

TEST(PointerExtents, NothingOfWhatIsNotKnown) {
  for (const char* function : {"before",
                               "before_by_constant",
                               "before_by_difference",
                               "grows",
                               "narrow_signed",
                               "moves",
                               "recurses",
                               "stores",
                               "in_a_structure",
                               "called_back",
                               "jumps",
                               "as_unsigned",
                               "product",
                               "either",
                               "in_order",
                               "as_number",
                               "found",
                               "scans",
                               "half_a_text",
                               "text_or_bytes",
                               "freed"})
    EXPECT_EQ(Said(function), "unknown") << function;
  EXPECT_THAT(Of("stores").reason, HasSubstr("is stored"));
  EXPECT_EQ(Of("stores").site.line, 103);
  EXPECT_THAT(Of("as_unsigned").reason, HasSubstr("may be negative"));
}

TEST(PointerExtents, Directions) {
  EXPECT_EQ(Of("sum_signed").access, AccessMode::kReadOnly);
  EXPECT_EQ(Of("fill").access, AccessMode::kWriteOnly);
  EXPECT_EQ(Of("copy", 0).access, AccessMode::kWriteOnly);
  EXPECT_EQ(Of("copy", 1).access, AccessMode::kReadOnly);
  EXPECT_EQ(Of("backwards").access, AccessMode::kReadWrite);
  EXPECT_EQ(Of("is_there").access, AccessMode::kNone);
  EXPECT_EQ(Of("through").access, AccessMode::kReadOnly);
}

TEST(PointerExtents, ProvidedByObjectsOfAllCallers) {
  for (const char* function :
       {"sum", "through", "main.c:pass_on", "header", "describe", "point_sum"})
    EXPECT_TRUE(Of(function).provided) << function << Of(function).reason;
}

// Whoever passes less is wrong by itself: every call reaches all of it.
TEST(PointerExtents, ProvidedSinceItIsCertain) {
  for (const char* function : {"copy", "be32", "length", "unread"})
    EXPECT_TRUE(Of(function).provided) << function << Of(function).reason;
}

TEST(PointerExtents, NotProvidedWhereACallerMayHaveLess) {
  EXPECT_EQ(Said("main.c:looks"), "5");
  EXPECT_FALSE(Of("main.c:looks").provided);
  EXPECT_THAT(Of("main.c:looks").reason, HasSubstr("may have less"));
  EXPECT_EQ(Of("main.c:looks").site.file, "main.c");
  EXPECT_FALSE(Of("one_more").provided);
}

TEST(LibraryExtents, TextsOfFormats) {
  EXPECT_THAT(TextsOfFormat("%s: %5d %-8s%%%s\n"), ElementsAre(0, 2, 3));
  EXPECT_THAT(TextsOfFormat("%lu %s"), ElementsAre(1));
  // Without NUL, with a width from an argument, and of wide characters.
  EXPECT_THAT(TextsOfFormat("%.4s %s"), IsEmpty());
  EXPECT_THAT(TextsOfFormat("%*d %s"), IsEmpty());
  EXPECT_THAT(TextsOfFormat("%2$s"), IsEmpty());
  EXPECT_THAT(TextsOfFormat("%ls"), IsEmpty());
  EXPECT_THAT(TextsOfFormat("%"), IsEmpty());
}

TEST(LibraryExtents, Table) {
  EXPECT_EQ(LibraryExtentOf("nobody_knows"), nullptr);
  const LibraryExtent* read = LibraryExtentOf("fread");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->reaches[0].kind, LibraryLength::kProduct);
  EXPECT_TRUE(read->reaches[0].writes);
  EXPECT_FALSE(read->reaches[0].reads);
  EXPECT_TRUE(LibraryExtentOf("snprintf")->reaches[0].may_be_huge);
  EXPECT_TRUE(LibraryExtentOf("memcpy")->reaches[1].is_certain);
  EXPECT_EQ(LibraryExtentOf("strchr")->returned, 0);
}

ArgumentBound Argument(int argument, uint64_t factor, int64_t addend) {
  ArgumentBound bound;
  bound.is_known = true;
  bound.argument = argument;
  bound.factor = factor;
  bound.addend = addend;
  return bound;
}

TEST(ExtentSummary, RoomCoversNeed) {
  EXPECT_TRUE(Covers(Argument(1, 4, 2), Argument(1, 4, 2)));
  EXPECT_TRUE(Covers(Argument(1, 4, 2), Argument(-1, 0, 2)));
  EXPECT_FALSE(Covers(Argument(1, 4, 2), Argument(-1, 0, 3)));
  EXPECT_FALSE(Covers(Argument(1, 4, 0), Argument(2, 4, 0)));
  EXPECT_FALSE(Covers(Argument(1, 3, 9), Argument(1, 4, 0)));
  EXPECT_FALSE(Covers(Argument(-1, 0, 64), Argument(1, 1, 0)));
  EXPECT_FALSE(Covers({}, Argument(-1, 0, 0)));
}

}  // namespace
}  // namespace bailey::analyzer
