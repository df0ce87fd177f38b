// Random programs, outlined: they do what they did, and what is left of main
// gets no credential.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/analyzer/outline/outline_case.h"
#include "tests/analyzer/outline/random_program.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// BAILEY_OUTLINE_PROGRAMS asks for more.
unsigned Programs() {
  const char* wanted = std::getenv("BAILEY_OUTLINE_PROGRAMS");
  return wanted ? static_cast<unsigned>(std::atoi(wanted)) : 12;
}

TEST(RandomProgramsTest, DoWhatTheyDid) {
  unsigned outlined = 0;
  for (unsigned seed = 1; seed <= Programs(); ++seed) {
    OutlineCase program(RandomProgram(seed));
    if (program.OutlineAll(60) == 0) {
      // A jump out of a part is refused, and nothing else may be.
      EXPECT_THAT(program.problems(), HasSubstr("control enters or leaves"))
          << seed;
      continue;
    }
    ++outlined;
    const std::string before = program.Run();
    ASSERT_THAT(before, Not(StartsWith("!"))) << seed;
    ASSERT_EQ(program.RunOutlined(), before) << seed << "\n"
                                             << program.outlined();
    ASSERT_EQ(program.RunPoisoned(), before) << seed << "\n"
                                             << program.outlined();
    ASSERT_THAT(program.Rest(), Not(HasSubstr("secret_"))) << seed;
    ASSERT_THAT(program.Rest(), Not(HasSubstr("tell"))) << seed;
  }
  EXPECT_GE(outlined, Programs() * 2 / 3);
}

}  // namespace
}  // namespace bailey::analyzer
