// testdata/split_cxx: a program of C++, split, does what it does unsplit; and a
// client that was taken over gets nothing by what it says of its values.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>

#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CxxSplitTest : public ::testing::TestWithParam<const char*> {
 protected:
  CxxSplitTest()
      : project_(BAILEY_TESTDATA "/split_cxx", {"main.cc", "keeper.cc"},
                 GetParam(), {"-std=c++20", "-g", "-O2", "-Wall"}, {}) {}

  void SetUp() override {
    if (RunProgram({GetParam(), "--version"}, "/").status != 0)
      GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
    project_.Seed({"keeper::label", "keeper::append", "keeper::join",
                   "keeper::doubled", "keeper::sum", "keeper::negate",
                   "keeper::flip", "keeper::half", "keeper::weigh",
                   "keeper::raise", "keeper::place", "keeper::counter::next"});
    ASSERT_TRUE(project_.Analyze() && project_.Place()) << project_.problems();
  }

  void Build() {
    ASSERT_TRUE(project_.Write() && project_.Build()) << project_.problems();
  }

  Crossing& Named(const std::string& name) {
    return *std::ranges::find(project_.plan.crossings, name, &Crossing::name);
  }

  ProgramOutput Run(const std::vector<std::string>& arguments) {
    return RunPortions(project_.Client(), project_.Server(), arguments);
  }

  ProgramOutput Lie(const std::string& function, const std::string& count,
                    int bytes) {
    return Run({"lie", fmt::format("{}", Named(function).id), count,
                fmt::format("{}", bytes)});
  }

  std::string Source(const std::string& portion) const {
    return SplitProject::Text(project_.OutputOf(portion, false) + "/keeper.cc");
  }

  SplitProject project_;
};

INSTANTIATE_TEST_SUITE_P(Compilers, CxxSplitTest,
                         ::testing::Values("c++", "clang++-19"),
                         [](const auto& each) {
                           return each.param == std::string("c++") ? "gcc"
                                                                   : "clang";
                         });

TEST_P(CxxSplitTest, TheProgramIsTheSame) {
  Build();
  const ProgramOutput unsplit =
      RunProgram({project_.Unsplit()}, project_.directory());
  const ProgramOutput split = Run({});
  EXPECT_EQ(split.status, 0);
  EXPECT_THAT(unsplit.text, HasSubstr("<x|!kept tail !kept 3\n"));
  EXPECT_THAT(unsplit.text, HasSubstr("none told range memory number other"));
  // The one difference: what an exception says stays on the trusted side.
  std::string expected = unsplit.text;
  expected.replace(expected.find("told"), 4, "argument");
  EXPECT_EQ(split.text, expected);
  const std::string client = Source("worker");
  EXPECT_THAT(client, Not(HasSubstr("new loud_secret(\"kept\")")));
  EXPECT_THAT(client, HasSubstr("bailey_absent(\"tell\")"));
  EXPECT_THAT(client, HasSubstr("constexpr int kStep = 3;"));
  EXPECT_THAT(Source("keeper"), HasSubstr("new loud_secret(\"kept\")"));
}

// A build is slow, so that one is for all of them.
TEST_P(CxxSplitTest, ACountIsNotBelievedAndAnyByteIsAFlag) {
  Build();
  const ProgramOutput storm = Run({"storm"});
  EXPECT_EQ(storm.status, 0) << storm.text;
  EXPECT_THAT(storm.text, HasSubstr("storm over, next 3\n"));
  const ProgramOutput same = Run({"same"});
  EXPECT_TRUE(WIFSIGNALED(same.status));
  EXPECT_THAT(same.text, HasSubstr("two arguments overlap"));
  for (const char* count :
       {"2", "1000000", "0x4000000000000000", "0xffffffffffffffff"}) {
    const ProgramOutput split = Lie("sum", count, 4);
    EXPECT_TRUE(WIFSIGNALED(split.status)) << count;
    EXPECT_THAT(split.text, HasSubstr("bailey: crossing `lie`: ")) << count;
    EXPECT_THAT(split.text, Not(HasSubstr("has ended"))) << count;
  }
  EXPECT_THAT(Lie("append", "3", 4).text, HasSubstr("malformed"));
  EXPECT_THAT(Lie("append", "5", 4).text, HasSubstr("malformed"));
  const ProgramOutput flag = Run({"flag", fmt::format("{}", Named("flip").id)});
  EXPECT_EQ(flag.status, 0) << flag.text;
  EXPECT_EQ(flag.text, "flag 1 0\n");
  // A structure that was never returned is not what the stack had there.
  const ProgramOutput thrown =
      Run({"thrown", fmt::format("{}", Named("place").id)});
  EXPECT_EQ(thrown.text, "thrown 2, then 0\n");
}

TEST_P(CxxSplitTest, NoMoreGoesBackThanThePlanBounds) {
  Named("label").result->count = 7;  // of 8
  Build();
  const ProgramOutput split = Run({});
  EXPECT_TRUE(WIFSIGNALED(split.status));
  EXPECT_THAT(split.text, HasSubstr("crossing `label`: crossing too large"));
  EXPECT_THAT(split.last_reply, Not(HasSubstr("kept")));
}

}  // namespace
}  // namespace bailey::analyzer
