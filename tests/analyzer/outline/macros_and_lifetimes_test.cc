// Code whose text is not what it seems, and addresses that outlive a part: the
// program does what it did, or is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/outline/outline_program.h"
#include "tests/analyzer/outline/outline_case.h"

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct AwkwardMacro {
  const char* name;
  const char* text;  // the statements of main, or a whole program
};

// What is refused is refused for a reason; RefusalTest holds which.
class SameOrRefusedTest : public ::testing::TestWithParam<AwkwardMacro> {};

TEST_P(SameOrRefusedTest, DoesWhatItDid) {
  const std::string text = GetParam().text;
  OutlineCase program(text.find("main(") != std::string::npos
                          ? text
                          : "int main(int argc, char **argv) {\n" + text +
                                "\n  return 0;\n}\n");
  const std::string before = program.Run();
  ASSERT_THAT(before, Not(StartsWith("!")));
  if (program.OutlineAll(8) == 0) {
    EXPECT_THAT(program.problems(), HasSubstr("hint: "));
    return;
  }
  EXPECT_EQ(program.RunOutlined(), before) << program.outlined();
  EXPECT_EQ(program.RunPoisoned(), before) << program.outlined();
}

#define KEY "  unsigned char key[8];\n  secret_fill(key, 8);\n"

INSTANTIATE_TEST_SUITE_P(
    All, SameOrRefusedTest,
    ::testing::Values(
        AwkwardMacro{
            "AMacroFillsBefore",
            "#define FILL(b) memset(b, 7, sizeof(b))\n"
            "int main(void) {\n  unsigned char buf[6];\n  FILL(buf);\n" KEY
            "  buf[1] = (unsigned char)tell(key, 8);\n"
            "  for (int i = 0; i < 6; ++i) show(\"b\", buf[i]);\n"
            "  return 0;\n}\n"},
        AwkwardMacro{"AConditionThatBecomesText",
                     "#define CHECK(x) if (x) { puts(#x); return 1; }\n"
                     "int main(void) {\n  unsigned char key[8];\n"
                     "  CHECK(secret_open(key, 8, 3) != 5)\n  return 0;\n}\n"},
        AwkwardMacro{
            "AConditionThatIsThereTwice",
            "#define BOTH(x) if (x) { if (x) puts(\"both\"); return 1; }\n"
            "int main(void) {\n  unsigned char key[8];\n"
            "  BOTH(secret_open(key, 8, 3) != 5)\n  return 0;\n}\n"},
        AwkwardMacro{
            "AStatementThatBecomesText",
            "#define RUN(x) do { x; puts(#x); } while (0)\n"
            "int main(void) {\n  unsigned char key[8];\n"
            "  show(\"a\", 1);\n  RUN(secret_fill(key, 8));\n"
            "  show(\"b\", 1);\n  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{"AGlobalThatALaterLocalHides",
                     "static int level = 40;\n"
                     "int main(void) {\n" KEY
                     "  key[0] ^= (unsigned char)level;\n"
                     "  long level[2] = {1, (long)tell(key, 8) % 7};\n"
                     "  show(\"level\", level[1]);\n  return 0;\n}\n"},
        AwkwardMacro{"AFunctionThatALaterLocalHides",
                     "int main(void) {\n" KEY
                     "  key[0] ^= (unsigned char)(tell != 0);\n"
                     "  long tell[2] = {1, key[1] == 7};\n"
                     "  show(\"l\", tell[1]);\n  return 0;\n}\n"},
        AwkwardMacro{
            "ALineWithSomethingBefore",
            "static int one(void) { return 1; } int main(void) {\n" KEY
            "  show(\"x\", one());\n  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{
            "AnAttributeBefore",
            "__attribute__((noinline)) int main(void) {\n" KEY
            "  show(\"x\", 1);\n  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{
            "AConstructor",
            "static int n;\n"
            "__attribute__((constructor)) static void start(void) "
            "{ n = 4; }\n"
            "int main(void) {\n" KEY
            "  show(\"x\", n);\n  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{"KAndR",
                     "int main(argc, argv) int argc; char **argv; {\n" KEY
                     "  show(\"x\", argc);\n  key[0] ^= argc;\n"
                     "  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{"ACompoundLiteral",
                     "  unsigned char *key = (unsigned char[8]){1};\n"
                     "  secret_fill(key, 8);\n  show(\"x\", 1);\n"
                     "  unsigned char other[64]; memset(other, 3, 64);\n"
                     "  show(\"o\", other[9]);\n  show(\"s\", tell(key, 8));"},
        AwkwardMacro{"APointerIntoARoom",
                     "  unsigned char room[16];\n"
                     "  unsigned char *key = room + 2;\n"
                     "  secret_fill(key, 8);\n  show(\"x\", 1);\n"
                     "  unsigned char other[64]; memset(other, 3, 64);\n"
                     "  show(\"o\", other[9]);\n  show(\"s\", tell(key, 8));"},
        AwkwardMacro{"APointerIntoARoomOfThePart",
                     "  unsigned char first[8];\n  secret_fill(first, 8);\n"
                     "  unsigned char room[16];\n"
                     "  unsigned char *key = room + 2;\n"
                     "  secret_fill(key, 8);\n  show(\"x\", 1);\n"
                     "  unsigned char other[64]; memset(other, 3, 64);\n"
                     "  show(\"o\", other[9]);\n  show(\"s\", tell(key, 8));"},
        AwkwardMacro{"AnAddressInAStructure",
                     "struct view { unsigned char *at; size_t n; };\n"
                     "int main(void) {\n  unsigned char room[16];\n"
                     "  struct view v = {room, 8};\n  secret_fill(v.at, v.n);\n"
                     "  show(\"x\", 1);\n  unsigned char other[64];\n"
                     "  memset(other, 3, 64);\n  show(\"o\", other[9]);\n"
                     "  show(\"s\", tell(v.at, v.n));\n  return 0;\n}\n"},
        AwkwardMacro{"AnAddressOfAPlainLocal",
                     "  int x;\n" KEY
                     "  x = (int)(tell(key, 8) % 5) + key[0] % 1;\n"
                     "  kept = &x;\n  key[1] = 0;\n  show(\"k\", *kept);\n"
                     "  show(\"s\", tell(key, 8));"},
        AwkwardMacro{"AMacroBeginsAPart",
                     "#define GET(k) secret_fill(k, 8)\n"
                     "int main(void) {\n  unsigned char key[8];\n  GET(key);\n"
                     "  show(\"x\", 1);\n  key[0] ^= 1;\n  show(\"y\", 1);\n"
                     "  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{
            "BitFieldsAndUnions",
            "union both { unsigned word; unsigned char b[4]; };\n"
            "int main(void) {\n  union both u = {3};\n"
            "  struct pair p = {.c = 9, .b = {[1] = 4}};\n" KEY
            "  p.c += tell(key, 8);\n  u.b[2] = key[0] > 300;\n"
            "  show(\"c\", p.c); show(\"u\", u.word);\n  return 0;\n}\n"},
        AwkwardMacro{
            "StatementExpressions",
            "  unsigned char key[8];\n  int n = 2;\n"
            "  if (({ int n = 8; secret_fill(key, (size_t)n); n; }) == n)\n"
            "    return 2;\n"
            "  n += ({ int t = key[0] > 300; t + (int)(tell(key, 8) % 4); "
            "});\n  show(\"n\", n);"},
        AwkwardMacro{
            "Promotions",
            "  unsigned char small = 250; signed char low = -3;\n"
            "  short s = 30000; unsigned u = 7; _Bool b = 0; char c;\n" KEY
            "  small += 10 + (key[0] > 300);\n"
            "  low >>= 1 + (key[0] > 300); s += s + (key[0] > 300);\n"
            "  u -= 9 + (key[0] > 300); b = 256 + (key[0] > 300);\n"
            "  c = (char)(200 + (key[0] > 300));\n"
            "  show(\"small\", small); show(\"low\", low); show(\"s\", s);\n"
            "  show(\"u\", u); show(\"b\", b); show(\"c\", c);"},
        AwkwardMacro{"ContinueInALoopThatStays",
                     "  unsigned char key[8] = {0}; int i = 0;\n"
                     "  do {\n    if (++i == 2) continue;\n"
                     "    secret_fill(key, 8); show(\"i\", i);\n"
                     "    if (i > 9) return 3;\n"
                     "  } while (tell(key, 8) % 5 != 1);\n"
                     "  show(\"end\", i);"},
        AwkwardMacro{"AForWithACondition",
                     "  for (int i = 0; secret_number() % 6 != 1; ++i) {\n"
                     "    if (i > 7) return 2;\n    if (i == 3) continue;\n"
                     "    show(\"i\", i);\n  }"},
        AwkwardMacro{
            "ASwitchWithFallThrough",
            "  unsigned char key[8]; int n = 3;\n  switch (argc) {\n"
            "    int m;\n    case 1: m = 4; secret_fill(key, 8); n += m;\n"
            "    case 2: n += (int)(tell(key, 8) % 3); break;\n"
            "    default: n = 0;\n  }\n  show(\"n\", n);"},
        AwkwardMacro{"AnAlignedLocal",
                     "  _Alignas(64) unsigned char line[64] = {1};\n" KEY
                     "  line[1] = key[0] > 300;\n"
                     "  show(\"a\", (long)((unsigned long)line % 64));\n"
                     "  line[2] = (unsigned char)((unsigned long)line % 64 + "
                     "(key[1] > 300));\n  show(\"b\", line[2]);"},
        AwkwardMacro{"ALongDoubleAndAnInt128",
                     "  long double d = 1.5L; __int128 big = 3; "
                     "double _Complex z = 2;\n" KEY
                     "  d += key[0] > 300; big <<= 70 + (key[1] > 300);\n"
                     "  z += key[2] > 300;\n"
                     "  printf(\"%Lf %ld %f\\n\", d, (long)(big >> 68), "
                     "__real__ z);"},
        AwkwardMacro{"AConstantArrayAndTypeof",
                     "  const unsigned char table[4] = {3, 1, 4, 1};\n" KEY
                     "  __typeof__(key[0]) c = table[key[0] & 3];\n"
                     "  show(\"n\", sizeof table + sizeof(key));\n"
                     "  show(\"c\", tell(&c, 1));"},
        AwkwardMacro{"AGeneric",
                     "  const int n = 3; int out = 0;\n" KEY
                     "  out = _Generic(&n, const int *: 7, int *: 8) + "
                     "(key[0] > 300);\n  show(\"out\", out);"},
        AwkwardMacro{
            "APointerToItsOwnArray",
            "  unsigned char line[8] = {1, 2}; unsigned char *at = line;\n" KEY
            "  at[1] = (unsigned char)(9 + (key[0] > 300));\n"
            "  line[2] = line[1];\n  show(\"l\", line[2]);"},
        AwkwardMacro{
            "AnUnbracedBranch",
            "  unsigned char key[8] = {0}; int n = 1;\n"
            "  if (argc) if (argc > 4) n = 2; else secret_fill(key, 8);\n"
            "  else n = 4;\n"
            "  if (argc) n = (int)(tell(key, 8) % 7); else n = 3;\n"
            "  show(\"n\", n);"},
        AwkwardMacro{"ALocalThatIsNeverSet",
                     "  int n; unsigned char key[8];\n"
                     "  if (argc > 5) n = 3;\n"
                     "  secret_fill(key, 8);\n"
                     "  if (argc > 5) key[0] = (unsigned char)n;\n"
                     "  n = (int)(tell(key, 8) % 9);\n  show(\"n\", n);"},
        AwkwardMacro{
            "SizesOfWhatMoved",
            "  unsigned char key[8]; struct pair held[2];\n"
            "  secret_fill(key, sizeof key);\n"
            "  held[1].a = key[3]; held[0] = held[1];\n"
            "  show(\"s\", sizeof held / sizeof *held + sizeof held[0].b);\n"
            "  show(\"t\", tell((unsigned char *)&held[0].a, 1));"},
        AwkwardMacro{
            "APartInAnArgument",
            "#define WITH(x) do { show(\"a\", 1); x show(\"b\", 2); } "
            "while (0)\n"
            "int main(void) {\n  unsigned char key[8];\n"
            "  WITH(secret_fill(key, 8);\n    key[0] ^= 1;);\n"
            "  show(\"x\", 1);\n  return (int)(tell(key, 8) % 9);\n}\n"},
        AwkwardMacro{"AnAliasOfWhatIsSet",
                     "  int x = 4;\n" KEY "  kept = &x;\n  show(\"x\", x);\n"
                     "  x = *kept + (int)(tell(key, 8) % 5) + (key[0] > 300);\n"
                     "  show(\"x\", x);"},
        AwkwardMacro{
            "ALoopWithADeclarationNeededAfter",
            "  for (int i = 0; i < 3; ++i) {\n"
            "    unsigned char key[8]; secret_fill(key, 8);\n"
            "    int n = (int)(tell(key, 8) % 7); char text[8];\n"
            "    text[0] = (char)(65 + n + (key[0] > 300));\n"
            "    if (n == 3) continue;\n    show(\"n\", n + text[0]);\n  "
            "}"},
        AwkwardMacro{
            "AStaticInsideAPart",
            "  for (int i = 0; i < 3; ++i) {\n    unsigned char key[8];\n"
            "    int n = 0;\n"
            "    if (i >= 0) { static int turns = 2; secret_fill(key, 8);\n"
            "      key[0] = (unsigned char)turns++; n = turns; }\n"
            "    show(\"n\", n);\n    show(\"t\", tell(key, 1));\n  }"},
        AwkwardMacro{"AConditionalExpressionAsAStatement",
                     "  unsigned char key[8] = {0}; int n = 0;\n"
                     "  argc > 0 ? secret_fill(key, 8) : (void)(n = 3);\n"
                     "  n += (show(\"c\", 1), (int)(tell(key, 8) % 5));\n"
                     "  show(\"n\", n);"},
        AwkwardMacro{"ASwitchOnTheValueOfAPart",
                     "  unsigned char key[8]; secret_fill(key, 8);\n"
                     "  for (int i = 0; i < 4; ++i)\n"
                     "    switch (tell(key, 8) % 3 + (unsigned)i) {\n"
                     "      case 0: continue;\n"
                     "      case 1: { show(\"one\", i); break; }\n"
                     "      case 2: show(\"two\", i);\n"
                     "      default: show(\"more\", i); }"},
        AwkwardMacro{
            "ANestedSecretBlock",
            "  int total = 0;\n  {\n    unsigned char key[8];\n"
            "    {\n      unsigned char *at = key;\n"
            "      secret_fill(at, 8);\n      total += key[2] > 300;\n    "
            "}\n    show(\"t\", total);\n    {\n"
            "      int total = (int)(tell(key, 8) % 6);\n"
            "      show(\"t\", total);\n    }\n  }\n"
            "  show(\"t\", total);"},
        AwkwardMacro{"TwoPointersIntoOneRoom",
                     "  unsigned char room[16], *a = room, *b;\n"
                     "  secret_fill(a, 8);\n  b = a + 4;\n  show(\"x\", 1);\n"
                     "  b[0] ^= 3;\n  show(\"s\", tell(a, 8) + (b - a));"},
        AwkwardMacro{
            "AStructureThatHoldsAKey",
            "struct session { unsigned char key[8]; int turns; };\n"
            "int main(void) {\n  struct session s = {.turns = 3}, *p = &s;\n"
            "  secret_fill(p->key, 8);\n  show(\"t\", s.turns);\n"
            "  p->turns += p->key[0] > 300;\n"
            "  struct session copy = *p;\n"
            "  show(\"s\", tell(copy.key, 8));\n"
            "  show(\"t\", copy.turns > 300);\n  return 0;\n}\n"},
        AwkwardMacro{"ADigraphAndALineThatGoesOn",
                     "  unsigned char key<:8:>; int n = 2;\n"
                     "  secret_fill(key, \\\n    8); // a note \\\n goes on\n"
                     "  key<:0:> ^= 1; n += key[0] > 300; show(\"n\", n);\n"
                     "  show(\"s\", tell(key, 8));"},
        AwkwardMacro{"AMacroWithALocalOfTheFunction",
                     "#define NOTE(x) (count += (x))\n"
                     "int main(void) {\n  int count = 1;\n" KEY
                     "  NOTE(key[0] > 300);\n  show(\"c\", count);\n"
                     "  NOTE((int)(tell(key, 8) % 3));\n  show(\"c\", count);\n"
                     "  return 0;\n}\n"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(MacrosAndLifetimesTest, PartsAreInTheOrderOfTheText) {
  OutlineCase program(R"(
#define GET(k) secret_fill(k, 8)
int main(void) {
  unsigned char key[8];
  GET(key);
  show("x", 1);
  key[0] ^= 1;
  return 0;
}
)");
  ASSERT_TRUE(program.Outline({"first", "second"})) << program.problems();
  const std::string& text = program.outlined();
  EXPECT_LT(text.find("static void first("), text.find("GET(main_key"));
  EXPECT_GT(text.find("static void second("), text.find("GET(main_key"));
}

TEST(MacrosAndLifetimesTest, WhatAMacroFilledComesIn) {
  OutlineCase program(R"(
#define FILL(b) memset(b, 7, sizeof(b))
int main(void) {
  unsigned char tag[6];
  FILL(tag);
  unsigned char key[8];
  secret_fill(key, 8);
  tag[1] = (unsigned char)tell(key, 8);
  show("tag", tag[0]);
  return 0;
}
)");
  ASSERT_TRUE(program.Outline({"part"})) << program.problems();
  EXPECT_THAT(program.outlined(), HasSubstr("access(read_write, 1)"));
  EXPECT_EQ(program.RunPoisoned(), program.Run()) << program.outlined();
}

// What a pointer of a later part points to does not end with an earlier one.
struct Kept {
  const char* name;
  const char* state;
  const char* begin;  // of main; `key` is a pointer to 8 bytes then
};

class KeptTest : public ::testing::TestWithParam<Kept> {};

TEST_P(KeptTest, BecomesStateOfTheTrustedSide) {
  OutlineCase program(std::string("int main(void) {\n") + GetParam().begin +
                      "  secret_fill(key, 8);\n  show(\"x\", 1);\n"
                      "  show(\"s\", tell(key, 8));\n  return 0;\n}\n");
  ASSERT_EQ(program.OutlineAll(4), 2u) << program.problems();
  EXPECT_THAT(program.outlined(), HasSubstr(GetParam().state));
  EXPECT_EQ(program.RunOutlined(), program.Run()) << program.outlined();
}

INSTANTIATE_TEST_SUITE_P(
    All, KeptTest,
    ::testing::Values(
        Kept{"ARoom", "static unsigned char main_room[16];",
             "  unsigned char room[16];\n  unsigned char *key = room + 2;\n"},
        Kept{"ARoomOfThePart", "static unsigned char main_room[16];",
             "  unsigned char first[8]; secret_fill(first, 8);\n"
             "  unsigned char room[16];\n  unsigned char *key = &room[2];\n"},
        Kept{"WhatACallMayKeep", "static unsigned char main_room[8];",
             "  unsigned char room[8]; unsigned char key[8];\n"
             "  secret_fill(room, 8);\n"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(MacrosAndLifetimesTest, WhatOnePartKeepsToItselfMovesIntoIt) {
  OutlineCase program(R"(
int main(void) {
  unsigned char room[16];
  unsigned char *key = room + 2;
  secret_fill(key, 8);
  show("s", tell(key, 8));
  return 0;
}
)");
  ASSERT_TRUE(program.Outline({"part"})) << program.problems();
  EXPECT_THAT(program.outlined(), Not(HasSubstr("main_room")));
}

// What the trusted side opened itself is open there.
TEST(MacrosAndLifetimesTest, ADescriptorOfThePartsStaysTheirs) {
  OutlineCase program(R"(
#include <unistd.h>
int main(void) {
  int file = (int)secret_number() % 1 - 1;
  show("x", 1);
  unsigned char key[4] = {1};
  key[1] = read(file, key, 4) < 0;
  show("s", tell(key, 4));
  return 0;
}
)");
  ASSERT_EQ(program.OutlineAll(3), 2u) << program.problems();
  EXPECT_EQ(program.RunOutlined(), program.Run()) << program.outlined();
}

TEST(MacrosAndLifetimesTest, ConstThatTheCodeDoesNotKeepIsNone) {
  OutlineCase program(R"(
unsigned sly(const unsigned char *bytes) { return ((unsigned char *)bytes)[0]++; }
int main(void) {
  unsigned char text[4] = {5}, key[8];
  secret_fill(key, 8);
  key[0] ^= (unsigned char)(sly(text) > 300);
  show("t", text[0]);
  return 0;
}
)");
  for (FlowFunction& each : program.flow.functions)
    if (each.name == "sly")
      each.parameters[0].inferred.access = AccessMode::kReadWrite;
  ASSERT_TRUE(program.Outline({"part"})) << program.problems();
  EXPECT_THAT(program.outlined(),
              HasSubstr("static void part(unsigned char text[static 4])"));
}

// `a` with a local `b_key`, and `a_b` with a local `key`.
TEST(MacrosAndLifetimesTest, WhatTwoFunctionsKeepIsTwoObjects) {
  OutlineCase program(R"(
int a_b(void) {
  unsigned char key[8];
  secret_fill(key, 8);
  show("x", 1);
  return (int)(tell(key, 8) % 50);
}
int a(void) {
  unsigned char b_key[8];
  secret_fill(b_key, 8);
  show("y", a_b());
  return (int)(tell(b_key, 8) % 50);
}
int main(void) { return a(); }
)",
                      "a");
  const auto exposures = program.flow.exposures;
  for (FlowExposure each : exposures) {
    each.caller = "a_b";
    program.flow.exposures.push_back(each);
  }
  OutlineOptions options;
  options.declassified = {"tell"};
  options.requests = {{"p1", "a"}, {"p2", "a"}, {"p3", "a_b"}, {"p4", "a_b"}};
  Diagnostics diagnostics;
  const auto sources = OutlineProgram(program.flow, options, diagnostics);
  ASSERT_TRUE(sources.ok()) << RenderText(diagnostics);
  EXPECT_THAT(sources->front().text,
              AllOf(HasSubstr("static unsigned char a_b_key[8];"),
                    HasSubstr("static unsigned char a_b_key_[8];")));
}

TEST(MacrosAndLifetimesTest, APartHasANameOfItsOwn) {
  OutlineCase program("int main(void) {\n  int level = 1;\n" KEY
                      "  show(\"l\", level);\n  return 0;\n}\n");
  EXPECT_FALSE(program.Outline({"level"}));
  EXPECT_THAT(program.problems(), HasSubstr("the name `level` already"));
}

}  // namespace
}  // namespace bailey::analyzer
