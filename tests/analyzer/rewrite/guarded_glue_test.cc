// testdata/split_guarded: what the trusted side gets by pointers lies between
// guards, which is the same for who asks rightly, and not for who does not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;

class GuardedGlueTest : public ::testing::TestWithParam<const char*> {
 protected:
  GuardedGlueTest()
      : project_(BAILEY_TESTDATA "/split_guarded", {"main.c", "keeper.c"},
                 GetParam(), {"-g", "-O2", "-Wall"}, {}) {}

  void SetUp() override {
    if (RunProgram({GetParam(), "--version"}, "/").status != 0) {
      GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
    }
    project_.Seed({"keeper_open", "keeper_sum", "keeper_fill", "keeper_turn",
                   "keeper_name", "keeper_swap"});
  }

  // Also where the plan relies on no guard.
  void Build() {
    ASSERT_TRUE(project_.Analyze() && project_.Place()) << project_.problems();
    for (Crossing& crossing : project_.plan.crossings)
      for (CrossingParameter& each : crossing.parameters) each.guarded = false;
    ASSERT_TRUE(project_.Write() && project_.Build()) << project_.problems();
  }

  std::string Glue() const {
    return SplitProject::Text(project_.OutputOf("keeper", false) + "/keeper.c");
  }

  ProgramOutput Run(const std::vector<std::string>& arguments) {
    return RunPortions(project_.Client(), project_.Server(), arguments);
  }

  SplitProject project_;
};

INSTANTIATE_TEST_SUITE_P(Compilers, GuardedGlueTest,
                         ::testing::Values("cc", "clang-19"),
                         [](const auto& each) {
                           return each.param == std::string("cc") ? "cc"
                                                                  : "clang";
                         });

TEST_P(GuardedGlueTest, TheProgramIsTheSame) {
  Build();
  const ProgramOutput unsplit =
      RunProgram({project_.Unsplit()}, project_.directory());
  const ProgramOutput split = Run({});
  EXPECT_EQ(split.status, 0);
  EXPECT_EQ(split.text, unsplit.text);
  EXPECT_THAT(split.text, HasSubstr("sum 65\n"));
  EXPECT_THAT(split.text, HasSubstr("40 41 42 43 44 "));
  EXPECT_THAT(split.text, HasSubstr("pair 2 41\n"));
}

TEST_P(GuardedGlueTest, EachKindIsGuarded) {
  Build();
  const std::string glue = Glue();
  EXPECT_THAT(
      glue, HasSubstr("bailey_guard_text(bailey_m, (const char*)bailey_p0, "));
  for (const char* bytes :
       {"bailey_n0, 4, \"values\"", "bailey_n0, 1, \"to\"",
        "bailey_n0, 1, \"bytes\"", "bailey_n0, 8, \"pair\""})
    EXPECT_THAT(
        glue,
        HasSubstr(std::string("bailey_guard(bailey_m, bailey_p0, ") + bytes));
}

// (unsigned)0 - 1 elements: 16 GiB, beyond what is mapped in any case; what a
// guard makes of it has a name.
TEST_P(GuardedGlueTest, AWrappedIndexEndsThePortion) {
  Build();
  const ProgramOutput split = Run({"0"});
  EXPECT_TRUE(WIFSIGNALED(split.status));
  EXPECT_THAT(
      split.text,
      HasSubstr("bailey: crossing `keeper_sum`: its code reaches beyond "
                "what was passed for `values`\n"));
}

TEST_P(GuardedGlueTest, WritingFarOffEndsThePortion) {
  Build();
  for (const char* index : {"8", "100000", "2147483647", "-100000"}) {
    const ProgramOutput split = Run({"3", index});
    EXPECT_TRUE(WIFSIGNALED(split.status)) << index;
    EXPECT_THAT(split.text, HasSubstr("`keeper_turn`: its code reaches beyond "
                                      "what was passed for `bytes`"))
        << index;
  }
}

TEST_P(GuardedGlueTest, WritingNearByIsFoundBehindTheCall) {
  Build();
  const ProgramOutput split = Run({"3", "-3"});
  EXPECT_TRUE(WIFSIGNALED(split.status));
  EXPECT_THAT(split.text, HasSubstr("`keeper_turn`: its code wrote beside what "
                                    "was passed for `bytes`"));
}

}  // namespace
}  // namespace bailey::analyzer
