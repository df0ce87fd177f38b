// What a unit says of its pointers, from LLVM assembly.
#include "analyzer/ir/pointer_extent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/ir/bound_arithmetic.h"
#include "tests/analyzer/ir/extract_assembly.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

FunctionExtents Of(const std::string& assembly) {
  const CodeFacts code = Extract(assembly);
  EXPECT_FALSE(code.extents.empty());
  return code.extents.empty() ? FunctionExtents() : code.extents[0];
}

TEST(PointerExtent, AReadOfWhichNothingIsUsedIsARead) {
  const FunctionExtents f = Of(R"(
    define void @f(ptr %p) {
      %place = getelementptr inbounds i8, ptr %p, i64 7
      %dropped = load i16, ptr %place
      ret void
    })");
  ASSERT_THAT(f.reaches, SizeIs(1));
  EXPECT_TRUE(f.reaches[0].reads);
  EXPECT_FALSE(f.reaches[0].writes);
  EXPECT_TRUE(f.reaches[0].is_certain);
  EXPECT_EQ(f.reaches[0].bound, ConstantBound(9));
}

// B8: that nothing is used of a pure function's result does not say that it is
// not called: it reads what it is given.
TEST(PointerExtent, AnUnusedCallOfAPureFunctionIsSeen) {
  for (const char* how :
       {"nounwind willreturn memory(read)", "nounwind willreturn memory(none)",
        "nounwind memory(argmem: read) mustprogress willreturn"}) {
    const FunctionExtents f = Of(std::string(R"(
      define void @f(ptr %p) {
        %ignored = call i32 @checksum(ptr %p) )") +
                                 how + R"(
        ret void
      }
      declare i32 @checksum(ptr) )" +
                                 how);
    ASSERT_THAT(f.calls, SizeIs(1)) << how;
    EXPECT_EQ(f.calls[0].to, "checksum");
    EXPECT_EQ(f.calls[0].arguments[0].kind, PassedKind::kParameter);
  }
}

// B7: with an odd count it runs past it, for ever and beyond all bounds. Only
// who may take it to end knows better.
TEST(PointerExtent, ALoopNeedNotEnd) {
  const FunctionExtents f = Of(R"(
    declare i32 @get(ptr, i64) nounwind willreturn memory(read)
    define void @f(ptr %p, i64 %n) mustprogress {
      br label %loop
    loop:
      %i = phi i64 [ 0, %0 ], [ %next, %loop ]
      %read = call i32 @get(ptr %p, i64 %i) nounwind willreturn memory(read)
      %next = add i64 %i, 2
      %more = icmp ne i64 %next, %n
      br i1 %more, label %loop, label %out, !llvm.loop !0
    out:
      ret void
    }
    !0 = distinct !{!0, !1}
    !1 = !{!"llvm.loop.mustprogress"})");
  ASSERT_THAT(f.calls, SizeIs(1));
  EXPECT_FALSE(f.calls[0].arguments[1].most.is_known);
}

TEST(PointerExtent, NegativeOffsetsAreNotKnown) {
  const FunctionExtents f = Of(R"(
    define i8 @f(ptr %p) {
      %place = getelementptr inbounds i8, ptr %p, i64 -1
      %read = load i8, ptr %place
      ret i8 %read
    })");
  ASSERT_THAT(f.reaches, SizeIs(1));
  EXPECT_EQ(f.reaches[0].kind, ReachKind::kUnknown);
  EXPECT_THAT(f.reaches[0].reason, HasSubstr("on which side"));
}

TEST(PointerExtent, ASizeThatIsTestedBoundsAnIndex) {
  const FunctionExtents f = Of(R"(
    define i32 @f(ptr %p, i64 %n, i64 %at) {
      %inside = icmp ult i64 %at, %n
      br i1 %inside, label %read, label %out
    read:
      %place = getelementptr inbounds i32, ptr %p, i64 %at
      %value = load i32, ptr %place
      ret i32 %value
    out:
      ret i32 0
    })");
  ASSERT_THAT(f.reaches, SizeIs(1));
  EXPECT_EQ(f.reaches[0].kind, ReachKind::kBound);
  EXPECT_FALSE(f.reaches[0].is_certain);
}

TEST(PointerExtent, WhatIsStoredReturnedOrComparedIsGivenAway) {
  for (const auto& [body, reason] :
       std::vector<std::pair<std::string, std::string>>{
           {"store ptr %p, ptr @g ret i1 0", "stored"},
           {"%n = ptrtoint ptr %p to i64 store i64 %n, ptr @g ret i1 0",
            "number"},
           {"%c = icmp ult ptr %p, @g ret i1 %c", "compared"},
           {"call void %q(ptr %p) ret i1 0", "not known"}}) {
    const FunctionExtents f = Of(
        "@g = global ptr null\ndefine i1 @f(ptr %p, ptr %q) {\n" + body + " }");
    ASSERT_FALSE(f.reaches.empty()) << body;
    EXPECT_EQ(f.reaches[0].kind, ReachKind::kUnknown) << body;
    EXPECT_THAT(f.reaches[0].reason, HasSubstr(reason)) << body;
  }
}

TEST(PointerExtent, ComparingWithNullGivesNothingAway) {
  const FunctionExtents f = Of(R"(
    define i1 @f(ptr %p) {
      %is_null = icmp eq ptr %p, null
      ret i1 %is_null
    })");
  EXPECT_THAT(f.reaches, IsEmpty());
}

TEST(PointerExtent, LocalsAfterSetjmpAreNotFollowed) {
  const FunctionExtents f = Of(R"(
    declare i32 @_setjmp(ptr) returns_twice
    @place = global [200 x i8] zeroinitializer
    define i8 @f(ptr %p) {
      %own = alloca ptr
      store ptr %p, ptr %own
      %r = call i32 @_setjmp(ptr @place) returns_twice
      %again = load ptr, ptr %own
      %v = load i8, ptr %again
      ret i8 %v
    })");
  ASSERT_THAT(f.reaches, SizeIs(1));
  EXPECT_EQ(f.reaches[0].kind, ReachKind::kUnknown);
}

TEST(PointerExtent, CallersSayWhatIsThere) {
  const CodeFacts code = Extract(R"(
    @buffer = global [64 x i8] zeroinitializer
    @text = private constant [6 x i8] c"hello\00"
    define void @f(ptr %p, i64 %n) {
      %inside = getelementptr inbounds i8, ptr @buffer, i64 4
      %new = call ptr @malloc(i64 %n)
      call void @use(ptr %inside, ptr @text, ptr null, ptr %new, ptr %p)
      ret void
    }
    declare void @use(ptr, ptr, ptr, ptr, ptr)
    declare ptr @malloc(i64))");
  ASSERT_THAT(code.extents, SizeIs(1));
  ASSERT_THAT(code.extents[0].calls, SizeIs(1));
  const std::vector<PassedArgument>& passed =
      code.extents[0].calls[0].arguments;
  ASSERT_THAT(passed, SizeIs(5));
  EXPECT_EQ(passed[0].kind, PassedKind::kObject);
  EXPECT_EQ(passed[0].bytes, ConstantBound(60));
  EXPECT_EQ(passed[1].kind, PassedKind::kText);
  EXPECT_EQ(passed[2].kind, PassedKind::kNull);
  EXPECT_EQ(passed[3].kind, PassedKind::kObject);
  EXPECT_EQ(passed[3].bytes.argument, 1);
  EXPECT_EQ(passed[4].kind, PassedKind::kParameter);
  EXPECT_EQ(passed[4].parameter, 0);
}

TEST(BoundArithmetic, DoesNotMixArguments) {
  ArgumentBound one = ConstantBound(0);
  one.argument = 1;
  one.factor = 4;
  ArgumentBound other = one;
  other.argument = 2;
  EXPECT_FALSE(SumOf(one, other).is_known);
  EXPECT_FALSE(AboveBoth(one, other).is_known);
  EXPECT_EQ(SumOf(one, one).factor, 8u);
  EXPECT_EQ(AboveBoth(one, ConstantBound(3)).addend, 3);
}

TEST(BoundArithmetic, NothingAboveAGigabyteIsKnown) {
  EXPECT_TRUE(ConstantBound(kMostExtent).is_known);
  EXPECT_FALSE(ConstantBound(kMostExtent + 1).is_known);
  EXPECT_FALSE(TimesOf(ConstantBound(1 << 20), 1 << 20).is_known);
  EXPECT_FALSE(SumOf(ConstantBound(kMostExtent), ConstantBound(1)).is_known);
  EXPECT_FALSE(MovedBy(ConstantBound(0), INT64_MIN).is_known);
}

// Of a signed and an unsigned reading of one number the larger is left.
TEST(BoundArithmetic, UnsignedIsAboveSigned) {
  ArgumentBound as_signed = ConstantBound(0);
  as_signed.argument = 0;
  as_signed.factor = 1;
  as_signed.is_signed = true;
  ArgumentBound as_unsigned = as_signed;
  as_unsigned.is_signed = false;
  EXPECT_FALSE(AboveBoth(as_signed, as_unsigned).is_signed);
  EXPECT_TRUE(AboveBoth(as_signed, as_signed).is_signed);
  EXPECT_TRUE(AboveBoth(as_signed, ConstantBound(9)).is_signed);
}

}  // namespace
}  // namespace bailey::analyzer
