// testdata/split_table: the untrusted side has a table of functions of which
// some are trusted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StubTablesTest : public ::testing::TestWithParam<const char*> {
 protected:
  StubTablesTest()
      : project_(BAILEY_TESTDATA "/split_table", {"main.c", "keeper.c"},
                 GetParam(), {"-g", "-O2", "-Wall", "-Werror"}, {}) {}

  void SetUp() override {
    if (RunProgram({GetParam(), "--version"}, "/").status != 0) {
      GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
    }
    project_.Seed({"keeper_open", "keeper_tag", "keeper_count"});
    ASSERT_TRUE(project_.Analyze()) << project_.problems();
  }

  // What the analysis sees called through pointers.
  void AddCall(const std::string& to) {
    project_.flow.edges.push_back({EdgeKind::kCall, "main", to, false, {}});
  }

  SplitProject project_;
};

INSTANTIATE_TEST_SUITE_P(Compilers, StubTablesTest,
                         ::testing::Values("cc", "clang-19"),
                         [](const auto& each) {
                           return each.param == std::string("cc") ? "cc"
                                                                  : "clang";
                         });

TEST_P(StubTablesTest, TheSplitProgramDoesWhatTheProgramDoes) {
  AddCall("keeper_tag");
  AddCall("keeper_count");
  ASSERT_TRUE(project_.Place()) << project_.problems();
  ASSERT_TRUE(project_.Write()) << project_.problems();
  ASSERT_TRUE(project_.Build()) << project_.problems();
  for (const char* argument : {"none", "add", "tag", "count"}) {
    SCOPED_TRACE(argument);
    const ProgramOutput unsplit =
        RunProgram({project_.Unsplit(), argument}, project_.directory());
    const ProgramOutput split =
        RunPortions(project_.Client(), project_.Server(), {argument});
    EXPECT_EQ(split.status, 0);
    EXPECT_EQ(split.text, unsplit.text);
    EXPECT_THAT(split.text, HasSubstr("count 6\n"));
  }
}

// Nobody may call them who is not seen to.
TEST_P(StubTablesTest, WhatNothingCallsIsNoEntry) {
  AddCall("keeper_tag");
  EXPECT_FALSE(project_.Place());
  EXPECT_THAT(project_.problems(),
              HasSubstr("takes the address of `keeper_count`"));
  EXPECT_THAT(project_.problems(), Not(HasSubstr("`keeper_tag`")));
}

}  // namespace
}  // namespace bailey::analyzer
