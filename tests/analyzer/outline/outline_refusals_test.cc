// What cannot be cut out is refused, at its place and with a way out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/outline/outline_program.h"
#include "tests/analyzer/outline/outline_case.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;

struct Refused {
  const char* name;
  const char* reason;
  const char* text;  // the statements of main, or a whole program
};

class RefusalTest : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusalTest, SaysWhy) {
  const std::string text = GetParam().text;
  OutlineCase program(text.find("int main(") != std::string::npos
                          ? text
                          : "int main(int argc, char **argv) {\n" + text +
                                "\n  return 0;\n}\n");
  EXPECT_EQ(program.OutlineAll(6), 0u) << program.outlined();
  EXPECT_THAT(program.problems(), HasSubstr(GetParam().reason));
  EXPECT_THAT(program.problems(), HasSubstr("hint: "));
}

#define KEY "  unsigned char key[8];\n  secret_fill(key, 8);\n"

INSTANTIATE_TEST_SUITE_P(
    All, RefusalTest,
    ::testing::Values(
        Refused{"AReturnInside", "control enters or leaves",
                "  for (unsigned n = secret_number(); n; n /= 2)\n"
                "    if (n % 8 == 1) return 2;"},
        Refused{"ABreakInside", "control enters or leaves",
                "  unsigned char key[8]; int i = 0;\n"
                "  for (secret_fill(key, 8); i < 8; ++i) {\n"
                "    if (argc > 3) goto out; key[i]++; }\n  out:;"},
        Refused{"AnArrayOfNoFixedLength", "give it a fixed length",
                "  unsigned char key[argc];\n  secret_fill(key, argc);\n"
                "  show(\"x\", 1);\n  key[0] = 1;"},
        Refused{"TheFunctionsName", "name of its function",
                KEY "  show(__func__, tell(key, 8));"},
        Refused{"TheFrame", "depends on the function that calls it",
                KEY "  memcpy(__builtin_alloca(8), key, 8);"},
        Refused{"ATypeOfItsOwn", "declare",
                "  struct mine { unsigned char b[4]; } key;\n"
                "  secret_fill(key.b, 4);\n  show(\"x\", 1);\n  key.b[0] = 1;"},
        Refused{"ATypeOfItsOwnInside", "declare",
                "  typedef unsigned char octet;\n" KEY
                "  show(\"x\", tell((octet *)key, 8));"},
        Refused{"AFunctionDeclaredInside", "declared in the function",
                "  extern int puts(const char *);\n" KEY
                "  puts((const char *)key);"},
        Refused{"AStream", "a stream belongs to its process",
                "  FILE *out = stdout;\n" KEY "  fwrite(key, 1, 8, out);"},
        Refused{"PointersToPointers", "holds pointers",
                KEY "  memcpy(key, argv[0], 1);"},
        Refused{"APointerThatMoves", "pointer that changes",
                "  unsigned char room[4], *at = room;\n" KEY
                "  *at++ = (unsigned char)tell(key, 8);"},
        Refused{"APointerThatComesOut", "pointer that is made in the part",
                KEY "  char *at = key[0] ? \"a\" : \"b\";\n"
                    "  key[1] = 0;\n  printf(\"%s\", at);"},
        Refused{"AnAddressThatIsKept", "has its address kept",
                "  int x = 0;\n" KEY "  kept = (key[0]++, &x);"},
        Refused{"AVolatileLocal", "volatile",
                "  volatile int x = 0;\n" KEY "  x = (int)tell(key, 8);\n"},
        Refused{"AStaticLocal", "is static",
                "  static int turns;\n" KEY "  key[0] = (unsigned char)turns;\n"
                "  turns++;"},
        Refused{"ACleanup", "cleanup",
                KEY "  int x __attribute__((cleanup(note))) = "
                    "(int)tell(key, 8);"},
        Refused{"Assembly", "assembly",
                KEY "  asm volatile(\"\" : : \"r\"(key));"},
        Refused{"HalfAMacro", "inside a macro",
                "#define BEGIN secret_fill(key, 8); show(\"x\",\n"
                "  unsigned char key[8];\n  BEGIN 1);"},
        Refused{"AMacroThatNamesTheKey", "a macro names `key`",
                "#define KEYS key\n"
                "int main(void) {\n" KEY "  show(\"x\", 1);\n"
                "  KEYS[0] = 1;\n  return 0;\n}\n"},
        Refused{"AMacroThatMakesATextOfIt", "a macro names `key`",
                "#define CHECK(x) ((x) ? 0 : printf(\"%s\", #x))\n"
                "int main(void) {\n" KEY "  show(\"x\", 1);\n"
                "  CHECK(key[0] != 3);\n  return 0;\n}\n"},
        Refused{"ADirectiveInside", "a directive",
                "  unsigned char key[8];\n  secret_fill(key, 8);\n#if 1\n"
                "  key[0] = 1;\n#endif"},
        Refused{"AMacroDefinedBefore", "defines macros",
                "#define N 8\n" KEY "  key[N - 1] = 1;"},
        Refused{"AParameter", "is a parameter and holds a credential",
                "int main(int argc, char **argv) {\n"
                "  argc = (int)secret_number();\n  show(\"x\", 1);\n"
                "  return argc > 3;\n}\n"},
        Refused{"AConditionThatBecomesText", "a macro makes a text",
                "#define CHECK(x) if (x) { puts(#x); return 1; }\n"
                "int main(void) {\n  unsigned char key[8];\n"
                "  CHECK(secret_open(key, 8, 3) != 5)\n  return 0;\n}\n"},
        Refused{"AConditionOfWhichTheSizeIsTaken", "a macro makes a text",
                "#define CHECK(x) if (x) { show(\"s\", sizeof(x)); return 1; "
                "}\nint main(void) {\n  unsigned char key[8];\n"
                "  CHECK(secret_open(key, 8, 3) != 5)\n  return 0;\n}\n"},
        Refused{"AGlobalThatALaterLocalHides", "something else of its name",
                "static int level = 40;\n"
                "int main(void) {\n" KEY "  key[0] ^= (unsigned char)level;\n"
                "  long level[2] = {1, (long)tell(key, 8) % 7};\n"
                "  show(\"level\", level[1]);\n  return 0;\n}\n"},
        Refused{"ACompoundLiteralThatIsKept", "object without a name",
                "  unsigned char *key = (unsigned char[8]){1};\n"
                "  secret_fill(key, 8);\n  show(\"x\", 1);\n"
                "  show(\"s\", tell(key, 8));"},
        Refused{"AnAddressThatOutlivesItsPart", "would end with the part",
                "  int x;\n" KEY "  x = (int)(tell(key, 8) % 5);\n"
                "  kept = &x;\n  key[1] = 0;\n  show(\"k\", *kept);"},
        Refused{"AnAddressThatACallReturns", "would end with the part",
                "  unsigned char room[16], *key = memset(room, 1, 16);\n"
                "  secret_fill(key, 8);\n  show(\"x\", 1);\n"
                "  show(\"s\", tell(key, 8));"},
        Refused{"APartOfALocalThatACallFinds", "has its address kept",
                "  char text[8] = \"a:b\";\n" KEY
                "  char *at = strrchr(text, ':' + (key[0] > 300));\n"
                "  key[2] = at == 0;\n  show(\"t\", text[1]);"},
        Refused{"TheFunctionsNameByACall", "name of its function",
                KEY "  printf(\"%s %u\", __builtin_FUNCTION(), "
                    "tell(key, 8));"},
        Refused{"WhatIsGivenBackIsTheKey", "is a credential's",
                "int main(void) {\n" KEY "  return key[0];\n}\n"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(OutlineRefusalsTest, TheNumberOfPartsIsSaid) {
  OutlineCase program("int main(void) {\n" KEY
                      "  show(\"x\", 1);\n  key[1] = 2;\n  return 0;\n}\n");
  EXPECT_FALSE(program.Outline({"one"}));
  EXPECT_THAT(program.problems(), HasSubstr("2 parts of `main` touch a "
                                            "credential, and 1 is named"));
  EXPECT_FALSE(program.Outline({"one", "two", "three"}));
  EXPECT_THAT(program.problems(), HasSubstr("3 are named"));
}

TEST(OutlineRefusalsTest, APartThatCallsNothingJoinsItsNeighbours) {
  OutlineCase program("int main(void) {\n  int x = 1;\n" KEY
                      "  x += 2;\n  key[1] = 2;\n  show(\"x\", x);\n"
                      "  return 0;\n}\n");
  EXPECT_TRUE(program.Outline({"one"})) << program.problems();
  EXPECT_EQ(program.RunOutlined(), program.Run());
}

// What a part reaches must not depend on who calls it, and how often.
class AttackTest : public ::testing::TestWithParam<Refused> {};

TEST_P(AttackTest, IsRefused) {
  OutlineCase program("int main(int argc, char **argv) {\n" KEY
                      "  unsigned char line[32] = {0}; size_t n = 0;\n"
                      "  show(\"x\", 1);\n" +
                      std::string(GetParam().text) +
                      "\n  show(\"n\", (long)n);\n  return line[1];\n}\n");
  for (FlowFunction& each : program.flow.functions) {
    if (each.name != "tell") continue;
    each.parameters[0].inferred.kind = ExtentKind::kParameter;
    each.parameters[0].inferred.parameter = 1;
  }
  EXPECT_EQ(program.OutlineAll(6), 0u) << program.outlined();
  EXPECT_THAT(program.problems(), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    All, AttackTest,
    ::testing::Values(
        Refused{"AnIndexOfTheCallers", "keeps the index below",
                "  if (argc < 8) key[argc] ^= 1;"},
        Refused{"AnIndexOfTheCallersContents", "keeps the index below",
                "  key[line[3]] ^= 1;"},
        Refused{"AnIndexThatGrowsFromCallToCall", "keeps the index below",
                "  for (int i = 0; i < 8; ++i) { show(\"i\", i);\n"
                "    key[n++] ^= 1; }"},
        Refused{"AnIndexPastTheEnd", "keeps the index below",
                "  for (int i = 0; i < 9; ++i) key[i] ^= 1;"},
        Refused{"AnIndexThatItsLoopDoesNotHold", "keeps the index below",
                "  for (int i = 0; i < 8; ++i) { i += argc; key[i] ^= 1; }"},
        Refused{"ANegativeRemainder", "keeps the index below",
                "  key[argc % 8] ^= 1;"},
        Refused{"APointerThatMoves", "within its array",
                "  n = tell(key + argc, 1);"},
        Refused{"APointerPastTheEndThatIsFollowed", "within its array",
                "  *(key + (unsigned)argc % 9u) ^= 1;"},
        Refused{"ABeginOfTheCallers", "where a pointer begins",
                "  memcpy(key + (argc & 7), line, 8);"},
        Refused{"AnElementOfTheCallersToBeginAt", "where a pointer begins",
                "  memcpy(&key[argc & 7], line, 8);"},
        Refused{"ALengthThatIsSetByAPointer", "how much a call reaches",
                "  size_t m = 0; size_t *at = &m; *at = n;\n"
                "  memcpy(key, line, m);"},
        Refused{"ALengthOfALibrarysCall", "how much a call reaches",
                "  memcpy(key, line, n);"},
        Refused{"ALengthOfAProgramsCall", "how much a call reaches",
                "  n = tell(key, n + 1);"},
        Refused{"ALengthOfWhatIsPassed", "how much a call reaches",
                "  n = tell(key, 8) + tell(line, (size_t)argc);"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(OutlineRefusalsTest, ADescriptorOfTheCallersMeansNothingThere) {
  OutlineCase program(R"(
#include <unistd.h>
int main(int argc, char **argv) {
  unsigned char key[8], line[8] = {0};
  secret_fill(key, 8);
  key[0] ^= (unsigned char)write(argc, line, 8);
  show("x", 1);
  return (int)(tell(key, 8) % 9);
}
)");
  EXPECT_EQ(program.OutlineAll(4), 0u) << program.outlined();
  EXPECT_THAT(program.problems(), HasSubstr("a descriptor that was opened"));
}

TEST(OutlineRefusalsTest, AFunctionForAnotherMachineIsLeftWhole) {
  OutlineCase program("__attribute__((target(\"avx2\"))) int main(void) {\n" KEY
                      "  return 0;\n}\n");
  EXPECT_FALSE(program.Outline({"part"}));
  EXPECT_THAT(program.problems(), HasSubstr("in a way of its own"));
}

TEST(OutlineRefusalsTest, AnotherTextThanWasAnalyzedIsRefused) {
  OutlineCase program("int main(void) {\n" KEY "  return 0;\n}\n");
  program.flow.units[0].sha256 = std::string(64, '0');
  EXPECT_FALSE(program.Outline({"part"}));
  EXPECT_THAT(program.problems(), HasSubstr("changed after"));
}

TEST(OutlineRefusalsTest, NamesAreNew) {
  OutlineCase program("int main(void) {\n" KEY "  return 0;\n}\n");
  EXPECT_FALSE(program.Outline({"tell"}));
  EXPECT_THAT(program.problems(), HasSubstr("has a `tell` already"));
}

TEST(OutlineRefusalsTest, AFunctionWithoutACredentialHasNoParts) {
  OutlineCase program("int main(void) { return 0; }");
  EXPECT_FALSE(program.Outline({"part"}));
  EXPECT_THAT(program.problems(), HasSubstr("no part of `main`"));
}

TEST(OutlineRefusalsTest, CallsOfOneFunctionShareNoState) {
  OutlineCase program("int main(int argc, char **argv) {\n" KEY
                      "  show(\"x\", 1);\n  key[1] = 2;\n"
                      "  return argc > 9 ? main(1, argv) : 0;\n}\n");
  FlowEdge edge;
  edge.from = "main";
  edge.to = "main";
  program.flow.edges.push_back(edge);
  EXPECT_FALSE(program.Outline({"one", "two"}));
  EXPECT_THAT(program.problems(), HasSubstr("may call itself"));
}

TEST(OutlineRefusalsTest, ThreadsShareNoState) {
  OutlineCase program(R"(
int work(void) {
  unsigned char key[4];
  secret_fill(key, 4);
  show("x", 1);
  return (int)tell(key, 4);
}
int main(void) { return work() == 0; })",
                      "work");
  FlowEdge edge;
  edge.from = "main";
  edge.to = "pthread_create";
  edge.external = true;
  program.flow.edges.push_back(edge);
  EXPECT_FALSE(program.Outline({"one", "two"}));
  EXPECT_THAT(program.problems(), HasSubstr("calls `pthread_create`"));
}

}  // namespace
}  // namespace bailey::analyzer
