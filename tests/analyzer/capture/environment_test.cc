#include "analyzer/capture/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/capture/capture.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Pair;

TEST(EnvironmentTest, OnlySearchPathsAreRead) {
  using namespace std::string_literals;
  const std::string environ = "A=b\0CPATH=/x\0SECRET=1\0LIBRARY_PATH=\0broken"s;
  EXPECT_THAT(ReadSearchPaths(environ),
              ElementsAre(Pair("CPATH", "/x"), Pair("LIBRARY_PATH", "")));
}

TEST(EnvironmentTest, EachLanguageHasItsOwn) {
  BuildRecord record;
  record.compiles = {{"/d", "a.c", "", {"cc", "-c", "a.c"}},
                     {"/d", "b.cc", "", {"cc", "-c", "b.cc"}}};
  record.links = {{LinkKind::kProgram, "/d", "p", {"cc"}, {}, {}}};
  AddEnvironment({{"CPATH", "/x:"},
                  {"C_INCLUDE_PATH", "/c"},
                  {"CPLUS_INCLUDE_PATH", "/cxx"},
                  {"LIBRARY_PATH", "/l"}},
                 record);
  EXPECT_THAT(
      record.compiles[0].arguments,
      ElementsAre("cc", "-c", "a.c", "-I", "/x", "-I", ".", "-isystem", "/c"));
  EXPECT_THAT(record.compiles[1].arguments,
              ElementsAre("cc", "-c", "b.cc", "-I", "/x", "-I", ".", "-isystem",
                          "/cxx"));
  EXPECT_THAT(record.links[0].arguments, ElementsAre("cc", "-L", "/l"));
}

TEST(EnvironmentTest, ABuildsEnvironmentIsRecorded) {
  const Scratch scratch;
  scratch.Write("a.c", "int main(void) { return 0; }");
  CaptureOptions options;
  options.command = {
      "sh", "-ec", "cd " + scratch.path() + " && CPATH=/some/where cc -c a.c"};
  options.output_directory = scratch.path();
  const auto status = Capture(options);
  ASSERT_TRUE(status.ok() && *status == 0);
  const auto record = ReadBuildRecord(scratch.path());
  ASSERT_TRUE(record.ok());
  ASSERT_EQ(record->compiles.size(), 1u);
  EXPECT_THAT(record->compiles[0].arguments,
              IsSupersetOf({"-I", "/some/where"}));
}

}  // namespace
}  // namespace bailey::analyzer
