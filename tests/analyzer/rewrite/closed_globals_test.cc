// testdata/split_closed: what was chosen from a table of algorithms goes along
// with calls, and only what is in the table.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>

#include "common/fd.h"
#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;

class ClosedGlobalsTest : public ::testing::TestWithParam<const char*> {
 protected:
  ClosedGlobalsTest()
      : project_(BAILEY_TESTDATA "/split_closed",
                 {"main.c", "keeper.c", "table.c"}, GetParam(),
                 {"-g", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror"},
                 {}) {}

  void SetUp() override {
    if (RunProgram({GetParam(), "--version"}, "/").status != 0) {
      GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
    }
    project_.Seed({"keeper_open", "keeper_tag"});
    project_.Pass({"chosen_mix", "chosen_rounds", "chosen_label"});
    ASSERT_TRUE(project_.Split()) << project_.problems();
  }

  std::string UnitOf(const std::string& portion, const std::string& unit) {
    return SplitProject::Text(project_.OutputOf(portion, false) + "/" + unit);
  }

  // What a client does that was taken over.
  void Tamper(const std::string& honest, const std::string& hostile) {
    const std::string path = project_.OutputOf("worker", false) + "/keeper.c";
    std::string text = SplitProject::Text(path);
    size_t at = text.find(honest);
    ASSERT_NE(at, std::string::npos) << text;
    for (; at != std::string::npos; at = text.find(honest, at + 1))
      text.replace(at, honest.size(), hostile);
    ASSERT_TRUE(WriteFileAtomically(path, text).ok());
  }

  ProgramOutput Run(const std::vector<std::string>& arguments = {}) {
    EXPECT_TRUE(project_.Build()) << project_.problems();
    return RunPortions(project_.Client(), project_.Server(), arguments);
  }

  // The statement that sends a choice, without its value.
  static std::string Put(const std::string& name) {
    return "bailey_put_choice(bailey_m, bailey_choice_" + name + "(), ";
  }

  SplitProject project_;
};

INSTANTIATE_TEST_SUITE_P(Compilers, ClosedGlobalsTest,
                         ::testing::Values("cc", "clang-19"),
                         [](const auto& each) {
                           return each.param == std::string("cc") ? "cc"
                                                                  : "clang";
                         });

TEST_P(ClosedGlobalsTest, TheSplitProgramDoesWhatTheProgramDoes) {
  const ProgramOutput split = Run();
  const ProgramOutput unsplit =
      RunProgram({project_.Unsplit()}, project_.directory());
  EXPECT_EQ(split.status, 0);
  EXPECT_EQ(split.text, unsplit.text);
  EXPECT_THAT(split.text, HasSubstr("-1\nlabel \"one\"\n 1\n"));
  EXPECT_THAT(split.text, HasSubstr("label two 2\n"));
}

TEST_P(ClosedGlobalsTest, ThePlanHasTheValuesAndRequestsAByteOfEach) {
  for (const Crossing& crossing : project_.plan.crossings) {
    ASSERT_EQ(crossing.globals.size(), 3u);
    for (const PassedGlobal& each : crossing.globals)
      EXPECT_EQ(each.values.size(), 3u) << each.id;
    EXPECT_EQ(crossing.max_request_bytes, 4u + 3u);
  }
}

// Nothing of the client's is called, read or counted with there.
TEST_P(ClosedGlobalsTest, TheTrustedSideHasTheTableOnly) {
  const std::string glue = UnitOf("keeper", "keeper.c");
  EXPECT_THAT(glue, HasSubstr("bailey_take_choice(bailey_m, 3u)"));
  EXPECT_THAT(UnitOf("keeper", "table.c"), HasSubstr("case 2u: bailey_x = "));
}

TEST_P(ClosedGlobalsTest, APlaceBehindTheTableIsMalformed) {
  for (const char* name : {"chosen_5f_mix", "chosen_5f_rounds"}) {
    SCOPED_TRACE(name);
    Tamper(std::string("bailey_choice_chosen_5f_") +
               (name == std::string("chosen_5f_mix") ? "mix()" : "rounds()") +
               ", 3u",
           "3u, 255u");
    const ProgramOutput split = Run();
    EXPECT_TRUE(WIFSIGNALED(split.status)) << split.text;
    EXPECT_THAT(split.text, HasSubstr("found the request malformed"));
    ASSERT_TRUE(project_.Write()) << project_.problems();
  }
}

// The attacker combines as he likes: what comes is still of the table.
TEST_P(ClosedGlobalsTest, AnotherChoiceIsOneOfTheTables) {
  Tamper("bailey_choice_chosen_5f_rounds(), 3u", "2u, 3u");
  const ProgramOutput split = Run();
  EXPECT_EQ(split.status, 0);
  EXPECT_THAT(split.text, HasSubstr("label \"one\"\n 2\n"));
}

// The bytes of an address, as a client would send it: one byte is taken, and
// the rest is too much.
TEST_P(ClosedGlobalsTest, AnAddressIsMalformed) {
  Tamper(Put("chosen_5f_mix") + "3u, \"chosen_mix\")",
         "bailey_put(bailey_m, &bailey_m, 8)");
  const ProgramOutput split = Run();
  EXPECT_TRUE(WIFSIGNALED(split.status)) << split.text;
  EXPECT_THAT(split.text, HasSubstr("found the request malformed"));
}

TEST_P(ClosedGlobalsTest, ARequestWithoutThemIsMalformed) {
  Tamper(Put("chosen_5f_label") + "3u, \"chosen_label\")", "");
  const ProgramOutput split = Run();
  EXPECT_TRUE(WIFSIGNALED(split.status)) << split.text;
  EXPECT_THAT(split.text, HasSubstr("found the request malformed"));
}

// What the analysis did not see ends the program instead of going across.
TEST_P(ClosedGlobalsTest, AnotherValueDoesNotCross) {
  const ProgramOutput split = Run({"tuned"});
  EXPECT_TRUE(WIFSIGNALED(split.status)) << split.text;
  EXPECT_THAT(split.text,
              HasSubstr("`chosen_rounds` is passed, and has a value that"));
}

}  // namespace
}  // namespace bailey::analyzer
