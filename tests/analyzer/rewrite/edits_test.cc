#include "analyzer/rewrite/edits.h"

#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

const SourceFile kFile = {"/a.c",
                          "static int f(int a) { return a; }\nint g = 1;\n"};

FlowFunction F() {
  FlowFunction function;
  function.id = "a.c:f";
  function.name = "f";
  function.extent = {"/a.c", 0, 33, 1, 1};
  function.body = {"/a.c", 20, 33, 1, 21};
  return function;
}

TEST(Edits, BodiesAreReplacedWhole) {
  const auto splice = TrapBody(kFile, F());
  ASSERT_TRUE(splice.ok());
  EXPECT_EQ(splice->begin, 20u);
  EXPECT_EQ(splice->end, 33u);
  EXPECT_EQ(splice->text, "{ bailey_absent(\"f\"); }");
}

TEST(Edits, ExtentsThatDoNotFitTheFileAreRefused) {
  for (const auto& change : std::vector<void (*)(FlowFunction&)>{
           [](FlowFunction& f) { f.body.begin = 21; },
           [](FlowFunction& f) { f.body.end = 32; },
           [](FlowFunction& f) { f.extent.end = 1000; },
           [](FlowFunction& f) { f.extent.end = 25; },
           [](FlowFunction& f) { f.body.file = "/b.c"; }}) {
    FlowFunction function = F();
    change(function);
    EXPECT_FALSE(TrapBody(kFile, function).ok());
  }
}

TEST(Edits, DefinitionsAreRenamed) {
  const auto splice = RenameDefinition(kFile, F(), "other");
  ASSERT_TRUE(splice.ok());
  EXPECT_EQ(splice->begin, 11u);
  EXPECT_EQ(splice->end, 12u);
  EXPECT_EQ(splice->text, "other");
}

TEST(Edits, GlobalsBecomeDeclarations) {
  FlowGlobal global;
  global.id = global.name = "g";
  global.extent = {"/a.c", 34, 44, 2, 1};
  const auto splice = DeclareOnly(kFile, global);
  ASSERT_TRUE(splice.ok()) << splice.error().message;
  EXPECT_EQ(splice->text, "extern int g ;");
  global.extent.end = 43;
  EXPECT_FALSE(DeclareOnly(kFile, global).ok());
}

struct DeclarationCase {
  const char* definition;
  const char* declaration;
};

class ExternDeclarationTest : public ::testing::TestWithParam<DeclarationCase> {
};

TEST_P(ExternDeclarationTest, KeepsTypesAndDropsInitializers) {
  EXPECT_EQ(ExternDeclaration(GetParam().definition), GetParam().declaration);
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, ExternDeclarationTest,
    ::testing::Values(
        DeclarationCase{"int a;", "extern int a;"},
        DeclarationCase{"static int a;", "extern  int a;"},
        DeclarationCase{"extern int a = 1;", "extern int a ;"},
        DeclarationCase{"static int a = 1, b = f(2, 3), *c;",
                        "extern  int a , b , *c;"},
        DeclarationCase{"char s[] = \"a;b,c=\\\"\";", "extern char s[] ;"},
        DeclarationCase{"int c = ';';", "extern int c ;"},
        DeclarationCase{"int a /* = 2; */ = 3;", "extern int a /* = 2; */ ;"},
        DeclarationCase{"static enum { A = 1, B } e = B;",
                        "extern  enum { A = 1, B } e ;"},
        DeclarationCase{"static struct { int x; } s[2] = {{1}, {2}};",
                        "extern  struct { int x; } s[2] ;"},
        DeclarationCase{"static int t[static_size] = {0};",
                        "extern  int t[static_size] ;"}));

}  // namespace
}  // namespace bailey::analyzer
