#include "policy-compiler/split/library_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/split/crossing_rules.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

FlowParameter OfLibrary(LibraryType type, bool is_reference, bool is_const) {
  FlowParameter parameter;
  parameter.name = "value";
  parameter.type.kind = TypeKind::kStruct;
  parameter.type.spelling = "std::value";
  parameter.type.library = type;
  parameter.type.is_reference = is_reference;
  parameter.type.pointee.kind = TypeKind::kInteger;
  parameter.type.pointee.spelling = "unsigned int";
  parameter.type.pointee.size_bytes = 4;
  parameter.type.pointee.is_const = is_const;
  return parameter;
}

FlowFunction Returning(LibraryType type) {
  FlowFunction function;
  function.id = function.name = function.qualified_name = "f";
  function.return_type = OfLibrary(type, false, false).type;
  return function;
}

TEST(LibraryRules, WhatIsTheFunctionsOwnOnlyGoesIn) {
  for (const LibraryType type :
       {LibraryType::kString, LibraryType::kVector, LibraryType::kOptional}) {
    EXPECT_EQ(LibraryCrossing(OfLibrary(type, false, false))->direction,
              Direction::kIn);
    EXPECT_EQ(LibraryCrossing(OfLibrary(type, true, true))->direction,
              Direction::kIn);
    EXPECT_EQ(LibraryCrossing(OfLibrary(type, true, false))->direction,
              Direction::kInOut);
  }
  EXPECT_EQ(
      LibraryCrossing(OfLibrary(LibraryType::kSpan, false, true))->direction,
      Direction::kIn);
  EXPECT_EQ(
      LibraryCrossing(OfLibrary(LibraryType::kSpan, false, false))->direction,
      Direction::kInOut);
}

TEST(LibraryRules, ElementsThatHoldPointersAreRefused) {
  FlowParameter parameter = OfLibrary(LibraryType::kVector, true, true);
  parameter.type.pointee.kind = TypeKind::kPointer;
  EXPECT_FALSE(LibraryCrossing(parameter).has_value());
  parameter.type.pointee.kind = TypeKind::kBool;
  EXPECT_FALSE(LibraryCrossing(parameter).has_value());
  parameter.type.library = LibraryType::kOptional;
  EXPECT_TRUE(LibraryCrossing(parameter).has_value());
}

TEST(LibraryRules, AReferenceThatIsKeptIsRefused) {
  FlowParameter parameter = OfLibrary(LibraryType::kString, true, true);
  parameter.inferred.seen = {{SeenUse::kKept, {"a.cc", 3, 1, "f"}}};
  const auto described = LibraryCrossing(parameter);
  ASSERT_FALSE(described.has_value());
  EXPECT_THAT(described.error().reason, HasSubstr("a.cc:3"));
}

TEST(LibraryRules, AResultMayNotReferToWhatStays) {
  EXPECT_TRUE(LibraryResult(Returning(LibraryType::kString).return_type));
  EXPECT_FALSE(LibraryResult(Returning(LibraryType::kStringView).return_type));
  EXPECT_FALSE(LibraryResult(Returning(LibraryType::kSpan).return_type));
  TypeInfo reference = Returning(LibraryType::kString).return_type;
  reference.is_reference = true;
  EXPECT_FALSE(LibraryResult(reference));
}

TEST(LibraryRules, WithoutABoundAsMuchGoesBackAsTheFunctionLikes) {
  Diagnostics diagnostics;
  auto crossing =
      DescribeCrossing(Returning(LibraryType::kVector), diagnostics);
  ASSERT_TRUE(crossing.has_value()) << RenderText(diagnostics);
  EXPECT_EQ(BitsBack(*crossing), std::nullopt);
  BoundBitsBack(*crossing, 12 + 1 + 3 * 32 + 31);
  EXPECT_EQ(crossing->result->count, 3u);
  EXPECT_EQ(BitsBack(*crossing), 12u + 1u + 3u * 32u);
}

TEST(LibraryRules, ABoundWithoutRoomIsNone) {
  Diagnostics diagnostics;
  auto crossing =
      DescribeCrossing(Returning(LibraryType::kVector), diagnostics);
  BoundBitsBack(*crossing, 12 + 32);
  EXPECT_EQ(BitsBack(*crossing), std::nullopt);
}

TEST(LibraryRules, ExceptionsTellSomething) {
  FlowFunction function = Returning(LibraryType::kOptional);
  Diagnostics diagnostics;
  const auto quiet = DescribeCrossing(function, diagnostics);
  function.may_throw = true;
  const auto throws = DescribeCrossing(function, diagnostics);
  EXPECT_FALSE(quiet->throws);
  EXPECT_TRUE(throws->throws);
  EXPECT_EQ(*BitsBack(*throws), *BitsBack(*quiet) + 16);
}

TEST(LibraryRules, MethodsAndOtherReferencesAreRefused) {
  FlowFunction function = Returning(LibraryType::kOptional);
  function.is_method = true;
  Diagnostics diagnostics;
  EXPECT_FALSE(DescribeCrossing(function, diagnostics).has_value());
  EXPECT_THAT(RenderText(diagnostics), HasSubstr("it is a method"));
  function.is_method = false;
  FlowParameter other = OfLibrary(LibraryType::kNone, true, true);
  other.type.kind = TypeKind::kPointer;
  function.parameters = {other};
  EXPECT_FALSE(DescribeCrossing(function, diagnostics).has_value());
  EXPECT_THAT(RenderText(diagnostics), HasSubstr("refers to cannot be"));
}

}  // namespace
}  // namespace bailey::policy
