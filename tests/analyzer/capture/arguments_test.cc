#include "analyzer/capture/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Texts(const DriverArguments& parsed,
                               ArgumentKind kind) {
  std::vector<std::string> texts;
  for (const DriverArgument& each : parsed.all)
    if (each.kind == kind) texts.push_back(each.text);
  return texts;
}

TEST(ArgumentsTest, TellsSourcesFromWhatIsLinked) {
  const DriverArguments parsed = ParseDriverArguments(
      {"cc", "-I", "a.c", "x.c", "y.cc", "z.o", "libw.a", "-lm", "-l", "dl"});
  EXPECT_EQ(parsed.mode, DriverMode::kLink);
  EXPECT_THAT(Texts(parsed, ArgumentKind::kSource), ElementsAre("x.c", "y.cc"));
  EXPECT_THAT(Texts(parsed, ArgumentKind::kInput),
              ElementsAre("z.o", "libw.a"));
  EXPECT_THAT(Texts(parsed, ArgumentKind::kLibrary), ElementsAre("m", "dl"));
}

TEST(ArgumentsTest, AnOptionsValueIsNoInput) {
  for (const char* option : {"-include-pch", "-MJ", "-dumpdir", "-Xanalyzer"}) {
    const DriverArguments parsed =
        ParseDriverArguments({"clang", option, "value", "-c", "a.c"});
    EXPECT_EQ(parsed.mode, DriverMode::kCompile) << option;
    EXPECT_THAT(Texts(parsed, ArgumentKind::kInput), ElementsAre()) << option;
  }
}

TEST(ArgumentsTest, FollowsTheLanguageOption) {
  const DriverArguments parsed =
      ParseDriverArguments({"cc", "-x", "c", "one", "-xassembler", "two.c",
                            "-x", "none", "three.c"});
  EXPECT_THAT(Texts(parsed, ArgumentKind::kSource),
              ElementsAre("one", "three.c"));
  EXPECT_THAT(Texts(parsed, ArgumentKind::kInput), ElementsAre("two.c"));
}

TEST(ArgumentsTest, TheStrongestModeCounts) {
  EXPECT_EQ(ParseDriverArguments({"cc", "-E", "-c", "a.c"}).mode,
            DriverMode::kPreprocess);
  EXPECT_EQ(ParseDriverArguments({"cc", "-c", "--version"}).mode,
            DriverMode::kNothing);
  EXPECT_EQ(ParseDriverArguments({"cc", "-S", "a.c"}).mode,
            DriverMode::kCompile);
}

TEST(ArgumentsTest, ReadsTheOutputInBothSpellings) {
  EXPECT_EQ(ParseDriverArguments({"cc", "-o", "x"}).output, "x");
  EXPECT_EQ(ParseDriverArguments({"cc", "-ox"}).output, "x");
  EXPECT_EQ(ParseDriverArguments({"cc", "-o"}).output, "");
}

TEST(ArgumentsTest, ExpandsResponseFilesWithQuotesAndNesting) {
  const Scratch scratch;
  scratch.Write("outer.rsp", "-DA='a b' @inner.rsp\n\"c d\"");
  scratch.Write("inner.rsp", "x\\ y");
  EXPECT_THAT(
      ExpandResponseFiles({"cc", "@outer.rsp", "@missing"}, scratch.path()),
      ElementsAre("cc", "-DA=a b", "x y", "c d", "@missing"));
}

TEST(ArgumentsTest, AResponseFileThatNamesItselfEnds) {
  const Scratch scratch;
  scratch.Write("loop.rsp", "a @loop.rsp");
  EXPECT_LT(ExpandResponseFiles({"@loop.rsp"}, scratch.path()).size(), 100u);
}

}  // namespace
}  // namespace bailey::analyzer
