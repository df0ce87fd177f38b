// Control flow of modules written as LLVM assembly.
#include "analyzer/ir/control_flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/ir/extract_assembly.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ControlFlow& FlowOf(const CodeFacts& code, const std::string& function) {
  static const ControlFlow kNone;
  for (const ControlFlow& each : code.control)
    if (each.function == function) return each;
  ADD_FAILURE() << function;
  return kNone;
}

// Nodes end at calls: what follows a call are its node's successors.
TEST(ControlFlowTest, ANodeEndsWithItsCall) {
  const CodeFacts code = Extract(
      "declare void @a()\n declare void @b() noreturn\n"
      "define void @f(i1 %c) {\n"
      "e: call void @a()\n call void @a()\n br i1 %c, label %x, label %y\n"
      "x: call void @b()\n unreachable\n"
      "y: ret void }");
  const ControlFlow& flow = FlowOf(code, "f");
  ASSERT_THAT(flow.nodes, SizeIs(6));
  EXPECT_THAT(flow.nodes[0].successors, ElementsAre(1u));
  EXPECT_THAT(flow.nodes[1].successors, ElementsAre(2u));
  EXPECT_THAT(flow.nodes[2].successors, ElementsAre(3u, 5u));
  EXPECT_THAT(flow.nodes[4].successors, IsEmpty()) << "unreachable";
  EXPECT_FALSE(flow.nodes[4].leaves);
  EXPECT_TRUE(flow.nodes[5].leaves);
  EXPECT_THAT(flow.loops, IsEmpty());
}

TEST(ControlFlowTest, ExceptionsLeadToLandingPadsAndOut) {
  const CodeFacts code = Extract(
      "declare void @a()\n declare i32 @p(...)\n"
      "define void @f() personality ptr @p {\n"
      "e: invoke void @a() to label %x unwind label %y\n"
      "x: ret void\n"
      "y: %l = landingpad { ptr, i32 } cleanup\n resume { ptr, i32 } %l }\n"
      "define void @g() nounwind { ret void }");
  const ControlFlow& flow = FlowOf(code, "f");
  ASSERT_THAT(flow.nodes, SizeIs(3));
  EXPECT_THAT(flow.nodes[0].successors, ElementsAre(1u, 2u));
  EXPECT_THAT(flow.nodes[0].unwinds, ElementsAre(2u));
  EXPECT_TRUE(flow.nodes[2].leaves);
  EXPECT_TRUE(flow.may_throw);
  EXPECT_FALSE(FlowOf(code, "g").may_throw);
}

TEST(ControlFlowTest, LoopsByTheirHeadersAndWhetherTheyEnd) {
  const CodeFacts code = Extract(
      "declare void @a()\n"
      "define void @f(i1 %c) {\n"
      "e: %s = alloca i32\n store i32 0, ptr %s\n br label %h\n"
      "h: %v = load i32, ptr %s\n %d = icmp slt i32 %v, 7\n"
      "br i1 %d, label %b, label %w\n"
      "b: %n = add i32 %v, 1\n store i32 %n, ptr %s\n br label %h\n"
      "w: call void @a()\n br i1 %c, label %w, label %x\n"
      "x: ret void }");
  const ControlFlow& flow = FlowOf(code, "f");
  ASSERT_THAT(flow.loops, SizeIs(2));
  for (const ControlLoop& loop : flow.loops)
    EXPECT_EQ(loop.bounded, loop.header == 1) << loop.header;
}

TEST(ControlFlowTest, ACycleOfSeveralEntriesIsALoop) {
  const CodeFacts code = Extract(
      "define void @f(i1 %c) {\n"
      "e: br i1 %c, label %a, label %b\n"
      "a: br label %b\n"
      "b: br i1 %c, label %a, label %x\n"
      "x: ret void }");
  ASSERT_THAT(FlowOf(code, "f").loops, SizeIs(1));
  EXPECT_THAT(FlowOf(code, "f").loops[0].nodes, ElementsAre(1u, 2u));
}

TEST(ControlFlowTest, SetjmpReturnsTwiceAndADestructorIsNamed) {
  const CodeFacts code = Extract(
      "declare i32 @setjmp(ptr)\n"
      "@llvm.global_dtors = appending global [1 x { i32, ptr, ptr }] "
      "[{ i32, ptr, ptr } { i32 1, ptr @f, ptr null }]\n"
      "define void @f() {\n"
      "%r = call i32 @setjmp(ptr null)\n ret void }");
  EXPECT_TRUE(FlowOf(code, "f").nodes[0].returns_twice);
  EXPECT_FALSE(FlowOf(code, "f").nodes[1].returns_twice);
  EXPECT_THAT(code.destructors, ElementsAre("f"));
}

TEST(ControlFlowTest, WhateverComesBackTwiceIsNamed) {
  for (const std::string name :
       {"llvm.eh.sjlj.setjmp", "_setjmp", "__sigsetjmp", "sigsetjmp", "vfork",
        "getcontext", "swapcontext", "savectx", "\"\\01setjmp\""}) {
    const CodeFacts code = Extract("declare i32 @" + name +
                                   "(ptr)\n"
                                   "define void @f() {\n"
                                   "%r = call i32 @" +
                                   name + "(ptr null)\n ret void }");
    EXPECT_TRUE(FlowOf(code, "f").nodes[0].returns_twice) << name;
  }
}

TEST(ControlFlowTest, FactsStandWhereTheirPositionsAre) {
  const CodeFacts code = Extract(
      "declare void @a()\n"
      "define void @f() !dbg !4 {\n"
      "call void @a(), !dbg !5\n call void @a(), !dbg !6\n ret void }\n"
      "!llvm.dbg.cu = !{!0}\n !llvm.module.flags = !{!2}\n"
      "!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, "
      "emissionKind: FullDebug)\n"
      "!1 = !DIFile(filename: \"a.c\", directory: \"/root\")\n"
      "!2 = !{i32 2, !\"Debug Info Version\", i32 3}\n"
      "!3 = !DISubroutineType(types: !{})\n"
      "!4 = distinct !DISubprogram(name: \"f\", file: !1, line: 1, type: !3, "
      "unit: !0)\n"
      "!5 = !DILocation(line: 2, column: 3, scope: !4)\n"
      "!6 = !DILocation(line: 4, column: 5, scope: !4)");
  const ControlFlow& flow = FlowOf(code, "f");
  ASSERT_THAT(flow.files, ElementsAre("a.c"));
  EXPECT_THAT(flow.nodes[0].positions, ElementsAre(CodePosition{0, 2, 3}));
  EXPECT_THAT(flow.nodes[1].positions, ElementsAre(CodePosition{0, 4, 5}));
}

}  // namespace
}  // namespace bailey::analyzer
