// testdata/split_passed: both portions log, and the untrusted one says how, by
// globals that go along with each call.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "common/fd.h"
#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kPassed = {"level", "mood",   "strict",
                                          "salt",  "offset", "scale"};

class PassedGlobalsTest : public ::testing::TestWithParam<const char*> {
 protected:
  PassedGlobalsTest()
      : project_(BAILEY_TESTDATA "/split_passed",
                 {"main.c", "keeper.c", "log.c"}, GetParam(),
                 {"-g", "-O2", "-Wall", "-Werror"}, {}) {}

  void SetUp() override {
    if (RunProgram({GetParam(), "--version"}, "/").status != 0) {
      GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
    }
    project_.Seed({"keeper_open", "keeper_work", "keeper_count"});
  }

  void Split() {
    project_.Pass(kPassed);
    ASSERT_TRUE(project_.Split()) << project_.problems();
  }

  // What a client does that was taken over.
  void TamperWithStub(const std::string& honest, const std::string& hostile) {
    const std::string path = project_.OutputOf("worker", false) + "/keeper.c";
    std::string text = SplitProject::Text(path);
    size_t at = text.find(honest);
    ASSERT_NE(at, std::string::npos) << text;
    for (; at != std::string::npos; at = text.find(honest, at))
      text.replace(at, honest.size(), hostile);
    ASSERT_TRUE(WriteFileAtomically(path, text).ok());
    ASSERT_TRUE(project_.Build()) << project_.problems();
  }

  ProgramOutput Run() {
    return RunPortions(project_.Client(), project_.Server(), {});
  }

  SplitProject project_;
};

INSTANTIATE_TEST_SUITE_P(Compilers, PassedGlobalsTest,
                         ::testing::Values("cc", "clang-19"),
                         [](const auto& each) {
                           return each.param == std::string("cc") ? "cc"
                                                                  : "clang";
                         });

TEST_P(PassedGlobalsTest, ItHasTheCallersValues) {
  Split();
  ASSERT_TRUE(project_.Build()) << project_.problems();
  const ProgramOutput unsplit =
      RunProgram({project_.Unsplit()}, project_.directory());
  const ProgramOutput split = Run();
  EXPECT_EQ(split.status, 0);
  EXPECT_EQ(split.text, unsplit.text);
  EXPECT_THAT(unsplit.text, HasSubstr("2: work!\n"));
  EXPECT_THAT(unsplit.text, HasSubstr("1: work\n"));
}

TEST_P(PassedGlobalsTest, WithoutTheWordTheyHoldTheirUsersTogether) {
  EXPECT_FALSE(project_.Split());
  EXPECT_THAT(project_.problems(), HasSubstr("`main` would have to be in "));
}

// A table that only lacks `const` needs no word.
TEST_P(PassedGlobalsTest, WhatNothingChangesIsCopied) {
  Split();
  for (const PlanPortion& portion : project_.plan.portions)
    for (const PlacedSymbol& symbol : portion.symbols)
      if (symbol.id.ends_with("endings")) {
        EXPECT_EQ(symbol.role, "replica");
      }
}

TEST_P(PassedGlobalsTest, RequestsCountThem) {
  Split();
  for (const Crossing& crossing : project_.plan.crossings) {
    EXPECT_EQ(crossing.globals.size(), 6u);
    if (crossing.name == "keeper_count") continue;
    // An int parameter; then an int and an enum of which the program says which
    // values they have (closed_globals_test.cc), _Bool, 16 bytes, long, double.
    EXPECT_EQ(crossing.max_request_bytes, 4u + 1 + 1 + 1 + 16 + 8 + 8);
  }
}

TEST_P(PassedGlobalsTest, TheOldValueIsBackBehindTheCall) {
  Split();
  const std::string glue =
      SplitProject::Text(project_.OutputOf("keeper", false) + "/keeper.c");
  const std::string swap = "  bailey_swap_strict(bailey_g";
  const size_t first = glue.find(swap);
  const size_t leave = glue.find("bailey_leave");
  ASSERT_NE(leave, std::string::npos) << glue;
  EXPECT_GT(first, glue.find("bailey_ready")) << glue;
  EXPECT_LT(first, leave);
  EXPECT_NE(glue.find(swap, leave), std::string::npos);
}

TEST_P(PassedGlobalsTest, ABoolIsZeroOrOneWhateverComes) {
  Split();
  TamperWithStub("bailey_put(bailey_m, bailey_place_strict(), 1)",
                 "bailey_put(bailey_m, \"\\xfe\", 1)");
  const ProgramOutput split = Run();
  EXPECT_EQ(split.status, 0);
  EXPECT_THAT(split.text, HasSubstr("1: work\n2015\n"));
}

// As copies the two would no longer be the same bytes.
TEST_P(PassedGlobalsTest, WhatIsWrittenMustNotBeWhatIsPassed) {
  Split();
  const std::string honest =
      SplitProject::Text(project_.OutputOf("worker", false) + "/keeper.c");
  for (const char* name : {"strict", "salt", "offset"})
    EXPECT_THAT(honest, HasSubstr(std::string("bailey_n1, bailey_place_") +
                                  name + "()"));
  ASSERT_TRUE(project_.Build()) << project_.problems();
  const ProgramOutput split =
      RunPortions(project_.Client(), project_.Server(), {"overlap"});
  EXPECT_TRUE(WIFSIGNALED(split.status));
  EXPECT_THAT(split.text, HasSubstr("two arguments overlap"));
}

TEST_P(PassedGlobalsTest, ARequestWithoutThemIsRefused) {
  Split();
  TamperWithStub("bailey_put(bailey_m, bailey_place_salt(), 16)", "");
  const ProgramOutput split = Run();
  EXPECT_TRUE(WIFSIGNALED(split.status));
  EXPECT_THAT(split.text, HasSubstr("found the request malformed"));
}

}  // namespace
}  // namespace bailey::analyzer
