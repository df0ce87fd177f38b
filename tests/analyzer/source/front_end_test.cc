#include "analyzer/source/front_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

class FrontEndTest : public ::testing::Test {
 protected:
  UnitOutcome Parse(const std::string& text,
                    std::vector<std::string> options = {},
                    const std::string& driver = "gcc") {
    scratch_.Write("a.c", text);
    CompileEntry entry{scratch_.path(), "a.c", "a.o", {driver}};
    entry.arguments.insert(entry.arguments.end(), options.begin(),
                           options.end());
    entry.arguments.insert(entry.arguments.end(), {"-c", "a.c", "-o", "a.o"});
    return ParseUnit(entry, scratch_.path());
  }

  static std::vector<std::string> Ids(const UnitOutcome& unit) {
    std::vector<std::string> ids;
    for (const FlowFunction& each : unit.facts.functions)
      ids.push_back(each.id);
    return ids;
  }

  std::string TextOf(const SourceExtent& extent) {
    return scratch_.Read("a.c").substr(extent.begin, extent.end - extent.begin);
  }

  Scratch scratch_;
};

TEST_F(FrontEndTest, WritesNoFile) {
  const UnitOutcome unit =
      Parse("int f(void) { return 0; }",
            {"-MMD", "-MF", "a.d", "-save-temps", "-ftest-coverage"});
  EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  EXPECT_FALSE(scratch_.Has("a.o"));
  EXPECT_FALSE(scratch_.Has("a.d"));
}

TEST_F(FrontEndTest, WarningsOfTheCompilerAreNotOurs) {
  const UnitOutcome unit =
      Parse("int f(void) { int unused; g(); }", {"-Wall", "-Werror"});
  EXPECT_TRUE(unit.diagnostics.empty()) << RenderText(unit.diagnostics);
}

TEST_F(FrontEndTest, ADeclarationMayHaveNoPrototype) {
  const UnitOutcome unit = Parse(
      "extern void f(); void g(void) { f(0, 0); }\n"
      "void f(void *a, int b[static 4]) {}",
      {"-std=gnu89"});
  EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  EXPECT_THAT(Ids(unit), Contains("f"));
}

TEST_F(FrontEndTest, ErrorsHavePlaceLineAndNotes) {
  const UnitOutcome unit = Parse("int f(int);\n  int f(char*);\n");
  ASSERT_TRUE(unit.diagnostics.has_errors());
  const Diagnostic& error = unit.diagnostics.all()[0];
  EXPECT_EQ(error.file, "a.c");
  EXPECT_EQ(error.line, 2);
  EXPECT_EQ(error.column, 7);
  EXPECT_EQ(error.source_line, "  int f(char*);");
  EXPECT_THAT(unit.diagnostics.all(),
              Contains(Field(&Diagnostic::severity, Severity::kNote)));
  EXPECT_TRUE(unit.facts.functions.empty());
}

TEST_F(FrontEndTest, AnErrorInAHeaderNamesTheHeader) {
  scratch_.Write("b.h", "int x = y;\n");
  const UnitOutcome unit = Parse("#include \"b.h\"\n");
  ASSERT_TRUE(unit.diagnostics.has_errors());
  EXPECT_EQ(unit.diagnostics.all()[0].file, "b.h");
}

TEST_F(FrontEndTest, ExtentsIncludeAttributesBeforeTheDefinition) {
  const UnitOutcome unit = Parse(
      "#define QUIET __attribute__((cold))\n"
      "int before;\n"
      "__attribute__((noinline)) static int f(void) { return 1; }\n"
      "QUIET int g(void) { return f(); }\n"
      "static const char* s = \"};\"; int after;\n");
  ASSERT_FALSE(unit.diagnostics.has_errors());
  for (const FlowFunction& each : unit.facts.functions)
    EXPECT_EQ(TextOf(each.extent),
              each.name == "f"
                  ? "__attribute__((noinline)) static int f(void) { return 1; }"
                  : "QUIET int g(void) { return f(); }");
  const auto text =
      std::ranges::find(unit.facts.globals, "a.c:s", &FlowGlobal::id);
  ASSERT_NE(text, unit.facts.globals.end());
  EXPECT_EQ(TextOf(text->extent), "static const char* s = \"};\";");
}

TEST_F(FrontEndTest, StaticFunctionsThatNothingCallsAreThere) {
  const UnitOutcome unit = Parse(
      "#include <unistd.h>\n"
      "static int never(void) { return getpid(); }\n");
  EXPECT_THAT(Ids(unit), Contains("a.c:never"));
  EXPECT_THAT(unit.facts.code.calls, Contains(Field(&CallFact::to, "getpid")));
}

// Clang's <immintrin.h> has one that its own attributes forbid to compile.
TEST_F(FrontEndTest, IntrinsicsThatNothingCallsNeedNoProcessor) {
  const UnitOutcome unit = Parse(
      "#include <immintrin.h>\n"
      "__attribute__((target(\"avx2\"))) int f(__m256i x) {\n"
      "  return _mm256_extract_epi32(x, 0);\n}\n");
  EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  EXPECT_EQ(Ids(unit), std::vector<std::string>{"f"});
}

TEST_F(FrontEndTest, FunctionsOfSystemHeadersAreTheLibrarys) {
  const UnitOutcome unit = Parse(
      "#include <stdlib.h>\n#include <stdio.h>\n"
      "int f(const char* s) { return atoi(s) + getchar(); }\n",
      {"-O2", "-D_FORTIFY_SOURCE=2"});
  EXPECT_EQ(Ids(unit), std::vector<std::string>{"f"});
  EXPECT_THAT(unit.facts.code.calls, Contains(Field(&CallFact::to, "getchar")));
}

TEST_F(FrontEndTest, TheAccessAnnotationForClangMeansTheSame) {
  const UnitOutcome unit = Parse(
      "__attribute__((annotate(\"access(read_only, 1, 2)\")))\n"
      "int f(const void* p, unsigned n);\n"
      "int f(const void* p, unsigned n) { return p != 0 && n; }\n"
      "__attribute__((__access__(__read_write__, 2)))\n"
      "int g(int n, int* p) { return *p + n; }\n");
  ASSERT_EQ(unit.facts.functions.size(), 2u);
  const FlowFunction& f = unit.facts.functions[0];
  EXPECT_EQ(f.parameters[0].access, AccessMode::kReadOnly);
  EXPECT_EQ(f.parameters[0].length_parameter, 1);
  const FlowFunction& g = unit.facts.functions[1];
  EXPECT_EQ(g.parameters[1].access, AccessMode::kReadWrite);
  EXPECT_EQ(g.parameters[1].length_parameter, -1);
  // An annotation is no use of the function's address.
  for (const FlowEdge& edge : unit.facts.code.edges)
    EXPECT_NE(edge.kind, EdgeKind::kAddress) << edge.to;
}

TEST_F(FrontEndTest, StaticLocalsOfOneNameAreToldApart) {
  const UnitOutcome unit = Parse(
      "int f(int i) {\n"
      "  if (i) { static int n; return ++n; }\n"
      "  static int n = 5;\n  return n;\n}\n");
  std::vector<std::string> ids;
  for (const FlowGlobal& each : unit.facts.globals) ids.push_back(each.id);
  EXPECT_THAT(ids, ::testing::UnorderedElementsAre("f.n", "f.n.1"));
  EXPECT_TRUE(
      std::ranges::none_of(unit.facts.code.edges, [](const FlowEdge& edge) {
        return edge.kind == EdgeKind::kWrite && edge.to == "f.n.1";
      }));
}

// Of such a type two bytes are values, and who is called gets any.
TEST_F(FrontEndTest, AnEnumerationThatIsABoolIsNoNumber) {
  const UnitOutcome unit = Parse(
      "enum class flag : bool { no, yes }; enum class size : char { s, m };\n"
      "void f(flag a, const flag* b, size c) { (void)a; (void)b; (void)c; }\n",
      {"-x", "c++", "-std=c++20"});
  EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  ASSERT_EQ(unit.facts.functions.size(), 1u);
  const auto& parameters = unit.facts.functions[0].parameters;
  EXPECT_EQ(parameters.at(0).type.kind, TypeKind::kOther);
  EXPECT_EQ(parameters.at(1).type.pointee.kind, TypeKind::kOther);
  EXPECT_EQ(parameters.at(2).type.kind, TypeKind::kEnum);
}

TEST_F(FrontEndTest, AliasesAreRecorded) {
  const UnitOutcome unit = Parse(
      "int real(void) { return 1; }\n"
      "int other(void) __attribute__((alias(\"real\")));\n"
      "int f(void) { return other(); }\n");
  EXPECT_THAT(unit.facts.code.aliases,
              Contains(Field(&AliasFact::target, "real")));
  EXPECT_THAT(unit.facts.code.calls, Contains(Field(&CallFact::to, "real")));
}

TEST_F(FrontEndTest, FilesAreRelativeToTheUnitsOwnFolder) {
  std::filesystem::create_directory(scratch_.At("sub"));
  scratch_.Write("sub/own.h", "static int own(void) { return 2; }\n");
  const UnitOutcome unit =
      Parse("#include \"own.h\"\nint f(void) { return own(); }\n", {"-Isub"});
  ASSERT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  EXPECT_THAT(Ids(unit), Contains("a.c:own"));
  EXPECT_THAT(unit.facts.read_files, Contains(scratch_.At("sub/own.h")));
}

TEST_F(FrontEndTest, AFolderThatIsGoneIsAnError) {
  const UnitOutcome unit =
      ParseUnit({"/nonexistent", "a.c", "a.o", {"cc", "-c", "a.c"}}, "/");
  EXPECT_THAT(unit.diagnostics.all(),
              Contains(Field(&Diagnostic::message,
                             HasSubstr("`/nonexistent` of its command"))));
}

TEST_F(FrontEndTest, ACommandThatCompilesAnotherFileIsAnError) {
  scratch_.Write("a.c", "int a;");
  scratch_.Write("b.c", "int b;");
  const UnitOutcome unit = ParseUnit(
      {scratch_.path(), "a.c", "a.o", {"cc", "-c", "b.c"}}, scratch_.path());
  EXPECT_THAT(unit.diagnostics.all(),
              Contains(Field(&Diagnostic::message, HasSubstr("`b.c`"))));
}

TEST_F(FrontEndTest, DeepNestingDoesNotEndTheProcess) {
  std::string text = "int f(int x) { ";
  for (int i = 0; i < 6000; ++i) text += "if (x == 1) {} else ";
  const UnitOutcome unit = Parse(text + "return 1; return 0; }");
  EXPECT_THAT(Ids(unit), Contains("f"));
}

// In a child of its own, that ends without the leak checker: what a crashed
// parser held stays held.
TEST_F(FrontEndTest, ACrashOfClangIsAnErrorOfTheUnit) {
  const auto crash_is_reported = [&] {
    const UnitOutcome unit =
        Parse("#pragma clang __debug parser_crash\nint f;");
    return testing::Value(
        unit.diagnostics.all(),
        Contains(Field(&Diagnostic::message, HasSubstr("crashed"))));
  };
  EXPECT_EXIT(_exit(crash_is_reported() ? 0 : 1), testing::ExitedWithCode(0),
              "");
}

}  // namespace
}  // namespace bailey::analyzer
