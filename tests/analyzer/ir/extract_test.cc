// Modules written as LLVM assembly, so that what a front end would not make is
// tested too.
#include "analyzer/ir/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/ir/extract_assembly.h"

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The first argument of the only call, made by `body` from %x.
ValueFact ArgumentOf(const std::string& body) {
  const CodeFacts code = Extract(
      "declare void @use(i32)\n"
      "define void @f(i32 %x, i1 %c) {\n" +
      body + "\n}");
  EXPECT_THAT(code.calls, SizeIs(1));
  return code.calls.size() == 1 && !code.calls[0].arguments.empty()
             ? code.calls[0].arguments[0]
             : ValueFact();
}

TEST(ValuesTest, ConstantsThroughLocalsAndSelections) {
  const ValueFact fact = ArgumentOf(
      "entry: %s = alloca i32\n"
      "store i32 1, ptr %s\n br i1 %c, label %a, label %b\n"
      "a: store i32 2, ptr %s\n br label %b\n"
      "b: %v = load i32, ptr %s\n %w = or i32 %v, 4\n"
      "call void @use(i32 %w)\n ret void");
  EXPECT_TRUE(fact.known);
  EXPECT_THAT(fact.values, ElementsAre(5u, 6u));
  EXPECT_EQ(fact.width_bits, 32);
}

TEST(ValuesTest, NegativeValuesAreSignExtended) {
  EXPECT_THAT(ArgumentOf("call void @use(i32 -100)\n ret void").values,
              ElementsAre(static_cast<uint64_t>(-100)));
}

TEST(ValuesTest, WhatIsNotAllKnownIsUnknown) {
  EXPECT_FALSE(ArgumentOf("call void @use(i32 %x)\n ret void").known);
  EXPECT_FALSE(ArgumentOf("%v = select i1 %c, i32 1, i32 %x\n"
                          "call void @use(i32 %v)\n ret void")
                   .known);
  EXPECT_FALSE(ArgumentOf("call void @use(i32 undef)\n ret void").known);
  EXPECT_FALSE(ArgumentOf("%v = shl i32 1, 40\n"
                          "call void @use(i32 %v)\n ret void")
                   .known);
}

TEST(ValuesTest, ALoopsCounterIsUnknown) {
  EXPECT_FALSE(ArgumentOf("entry: br label %l\n"
                          "l: %i = phi i32 [0, %entry], [%j, %l]\n"
                          "%j = add i32 %i, 1\n call void @use(i32 %i)\n"
                          "br i1 %c, label %l, label %e\n e: ret void")
                   .known);
}

TEST(ExtractTest, IndirectCallsAreResolvedOnlyIfAllTargetsAreKnown) {
  const CodeFacts code = Extract(
      "declare void @a()\n declare void @b()\n"
      "define void @f(i1 %c, ptr %p) {\n"
      "%t = select i1 %c, ptr @a, ptr @b\n call void %t()\n"
      "%u = select i1 %c, ptr @a, ptr %p\n call void %u()\n ret void }");
  EXPECT_THAT(code.calls, SizeIs(2));
  EXPECT_THAT(code.unresolved,
              ElementsAre(Field(&UnresolvedFact::reason, "indirect call")));
}

TEST(ExtractTest, AddressesInAnonymousConstantsBelongToTheirUsers) {
  const CodeFacts code = Extract(
      "declare void @h()\n @t = private constant [1 x ptr] [ptr @h]\n"
      "declare void @use(ptr)\n"
      "define void @f() { call void @use(ptr @t)\n ret void }");
  EXPECT_THAT(
      code.edges,
      Contains(AllOf(Field(&FlowEdge::kind, EdgeKind::kAddress),
                     Field(&FlowEdge::from, "f"), Field(&FlowEdge::to, "h"))));
}

TEST(ExtractTest, BlockCopiesReadAndWrite) {
  const CodeFacts code = Extract(
      "@a = global [8 x i8] zeroinitializer\n"
      "@b = global [8 x i8] zeroinitializer\n"
      "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)\n"
      "define void @f() { call void @llvm.memcpy.p0.p0.i64(ptr @a, ptr @b, i64 "
      "8, i1 false)\n ret void }");
  ASSERT_THAT(code.edges, SizeIs(2));
  for (const FlowEdge& edge : code.edges)
    EXPECT_EQ(edge.kind, edge.to == "a" ? EdgeKind::kWrite : EdgeKind::kRead);
}

TEST(ExtractTest, ConstructorsAndDestructorsAreEntries) {
  const CodeFacts code = Extract(
      "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, "
      "ptr, ptr } { i32 1, ptr @c, ptr null }]\n"
      "@llvm.global_dtors = appending global [1 x { i32, ptr, ptr }] [{ i32, "
      "ptr, ptr } { i32 1, ptr @d, ptr null }]\n"
      "define void @c() { ret void }\n define void @d() { ret void }");
  EXPECT_THAT(code.constructors, ElementsAre("c", "d"));
  EXPECT_THAT(code.edges, IsEmpty());
}

// A call in a block that nothing reaches is still a call.
TEST(ExtractTest, NoCallIsLostToAPass) {
  const CodeFacts code = Extract(
      "declare i32 @pure(i32) memory(none) nounwind willreturn\n"
      "define i32 @f() {\n ret i32 0\n"
      "dead: %a = call i32 @pure(i32 1)\n %b = call i32 @pure(i32 1)\n"
      "ret i32 %b }");
  EXPECT_THAT(code.calls, Contains(Field(&CallFact::to, "pure")).Times(2));
}

struct AssemblyCase {
  const char* text;
  bool leaves;
};

class AssemblyTest : public ::testing::TestWithParam<AssemblyCase> {};

TEST_P(AssemblyTest, IsUnresolvedIfItMayLeave) {
  const CodeFacts code =
      Extract(std::string("define void @f() { call void asm sideeffect \"") +
              GetParam().text + "\", \"\"()\n ret void }");
  EXPECT_EQ(!code.unresolved.empty(), GetParam().leaves);
}

INSTANTIATE_TEST_SUITE_P(
    Templates, AssemblyTest,
    ::testing::Values(
        AssemblyCase{"", false}, AssemblyCase{"pause", false},
        AssemblyCase{"cpuid; rdtsc", false},
        AssemblyCase{"cvttsd2si %xmm0, %eax", false},
        AssemblyCase{"int $$0x80", true},
        AssemblyCase{"mov $$1, %eax\\0Asyscall", true},
        AssemblyCase{"SYSCALL", true}, AssemblyCase{"call foo", true},
        AssemblyCase{"jmp *%rax", true}, AssemblyCase{"jz f", true},
        AssemblyCase{"loopne f", true},
        AssemblyCase{"1: dec %eax; jnz 1b", false},
        AssemblyCase{"jmp .Lend\\0A.Lend: nop", false},
        AssemblyCase{"jmp 1f; syscall; 1: nop", true},
        AssemblyCase{"lretq", true}, AssemblyCase{"sysenterl", true},
        AssemblyCase{".LONG 0x050f", true}, AssemblyCase{".single 0.5", true},
        AssemblyCase{".p2align 4; nop", false},
        AssemblyCase{".byte 0x0f, 0x05", true}));

constexpr char kAarch64[] = "target triple = \"aarch64-linux-gnu\"\n";

class Aarch64AssemblyTest : public ::testing::TestWithParam<AssemblyCase> {};

TEST_P(Aarch64AssemblyTest, IsUnresolvedIfItMayLeave) {
  const CodeFacts code = Extract(
      std::string(kAarch64) + "define void @f() { call void asm sideeffect \"" +
      GetParam().text + "\", \"\"()\n ret void }");
  EXPECT_EQ(!code.unresolved.empty(), GetParam().leaves);
}

INSTANTIATE_TEST_SUITE_P(
    Templates, Aarch64AssemblyTest,
    ::testing::Values(
        AssemblyCase{"", false}, AssemblyCase{"nop", false},
        AssemblyCase{"dmb ish; isb", false},
        AssemblyCase{"mrs x0, cntvct_el0", false},
        AssemblyCase{"bic x0, x0, x1", false},
        AssemblyCase{"svc #0", true},  // without a number
        AssemblyCase{"SVC 0", true}, AssemblyCase{"svc #1", true},
        AssemblyCase{"mov x8, #93\\0Asvc #0", true},
        AssemblyCase{"hvc #0", true}, AssemblyCase{"bl foo", true},
        AssemblyCase{"blr x3", true}, AssemblyCase{"br x3", true},
        AssemblyCase{"braa x3, x4", true}, AssemblyCase{"ret", true},
        AssemblyCase{"retaa", true}, AssemblyCase{"b foo", true},
        AssemblyCase{"b.ne foo", true}, AssemblyCase{"cbz x0, foo", true},
        AssemblyCase{"tbnz x0, #1, foo", true}, AssemblyCase{"brk #1", true},
        AssemblyCase{"1: subs x0, x0, #1; b.ne 1b // again", false},
        AssemblyCase{"b .Lend\\0A.Lend: nop", false},
        AssemblyCase{".inst 0xd4000001", true}));

// The same text means another thing, or none, elsewhere.
TEST(ExtractTest, AssemblyIsReadAsTheTargetsOwn) {
  const std::string f = "define void @f() { call void asm sideeffect \"";
  const std::string end = "\", \"\"()\n ret void }";
  EXPECT_THAT(Extract(kAarch64 + f + "syscall" + end).unresolved, IsEmpty());
  EXPECT_THAT(Extract(f + "syscall" + end).unresolved, SizeIs(1));
}

TEST(ExtractTest, Aarch64CallsHaveTheirNumberInX8) {
  const CodeFacts code = Extract(
      std::string(kAarch64) +
      "define i64 @f() {\n"
      " %r = call i64 asm sideeffect \"svc #0\", \"={x0},{x8},{x1},{x2},0\""
      "(i64 64, i64 7, i64 3, i64 1)\n ret i64 %r }");
  EXPECT_EQ(code.architecture, Architecture::kAarch64);
  EXPECT_THAT(code.unresolved, IsEmpty());
  ASSERT_THAT(code.syscalls, SizeIs(1));
  EXPECT_THAT(code.syscalls[0].number.values, ElementsAre(64u));
  ASSERT_THAT(code.syscalls[0].arguments, SizeIs(6));
  EXPECT_THAT(code.syscalls[0].arguments[0].values, ElementsAre(1u));
  EXPECT_THAT(code.syscalls[0].arguments[1].values, ElementsAre(7u));
  EXPECT_THAT(code.syscalls[0].arguments[2].values, ElementsAre(3u));
  EXPECT_FALSE(code.syscalls[0].arguments[3].known);
}

// A structure in two registers moves what follows.
TEST(ExtractTest, Aarch64StructuresHideTheArgumentsBehindThem) {
  const CodeFacts code = Extract(
      std::string(kAarch64) +
      "declare void @use(i64, [2 x i64], i64)\n"
      "define void @f() { call void @use(i64 1, [2 x i64] zeroinitializer, "
      "i64 2)\n ret void }");
  ASSERT_THAT(code.calls, SizeIs(1));
  EXPECT_THAT(code.calls[0].arguments, SizeIs(1));
}

TEST(ExtractTest, AssemblyAtFileLevelIsUnresolved) {
  EXPECT_THAT(Extract("module asm \"f: syscall\"").unresolved, SizeIs(1));
  // Even what makes no code: a symbol's name may come to mean another.
  EXPECT_THAT(Extract("module asm \".set getpid, f\"").unresolved, SizeIs(1));
  EXPECT_THAT(Extract("module asm \"\"").unresolved, IsEmpty());
}

TEST(ExtractTest, SymbolsThatAssemblyNamesAreUsed) {
  const CodeFacts code = Extract(
      "@g = global i32 0\n"
      "define void @f() { call void asm sideeffect \"movl $$1, g+4(%rip)\", "
      "\"\"()\n ret void }");
  EXPECT_THAT(code.assembly_names,
              Contains(AllOf(Field(&AssemblyName::from, "f"),
                             Field(&AssemblyName::name, "g"))));
}

TEST(ExtractTest, CallsOfAProfilerAreCalls) {
  EXPECT_THAT(
      Extract(
          "define void @f() \"instrument-function-entry-inlined\"=\"mcount\""
          " { ret void }")
          .calls,
      ElementsAre(Field(&CallFact::to, "mcount")));
}

TEST(ExtractTest, WhatSectionsAndCompilersUseIsKept) {
  EXPECT_THAT(
      Extract("@p = internal global ptr @a, section \".init_array\"\n"
              "@q = internal global ptr @a\n"
              "@llvm.used = appending global [1 x ptr] [ptr @b], section "
              "\"llvm.metadata\"\n"
              "define internal void @a() { ret void }\n"
              "define internal void @b() { ret void }\n"
              "define ptr @memset(ptr %p, i32 %c, i64 %n) { ret ptr %p }")
          .kept,
      ElementsAre("b", "p", "memset"));
}

TEST(ExtractTest, StackChecksAreCalls) {
  EXPECT_THAT(Extract("define void @f() sspstrong { ret void }").calls,
              ElementsAre(Field(&CallFact::to, "__stack_chk_fail")));
  EXPECT_THAT(Extract("define void @f() { ret void }").calls, IsEmpty());
}

TEST(ExtractTest, CallingConventionsPositionsAreKept) {
  const CodeFacts code = Extract(
      "declare void @use(double, i32, i64)\n"
      "define void @f() { call void @use(double 1.0, i32 2, i64 3)\n"
      "ret void }");
  ASSERT_THAT(code.calls, SizeIs(1));
  ASSERT_THAT(code.calls[0].arguments, SizeIs(2));
  EXPECT_THAT(code.calls[0].arguments[0].values, ElementsAre(2u));
  EXPECT_THAT(code.calls[0].arguments[1].values, ElementsAre(3u));
}

}  // namespace
}  // namespace bailey::analyzer
