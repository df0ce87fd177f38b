#include "analyzer/outline/outlined_build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/capture/build_record.h"
#include "common/digest.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class OutlinedBuildTest : public ::testing::Test {
 protected:
  OutlinedBuildTest() {
    std::filesystem::create_directories(scratch_.At("src/deep"));
    Add("src/a.c", "int a;\n");
    Add("src/deep/b.c", "int b;\n");
    EXPECT_TRUE(WriteBuildRecord(record_, scratch_.path()).ok());
  }

  void Add(const std::string& name, const std::string& text) {
    scratch_.Write(name, text);
    const std::vector<std::string> command = {"cc", "-c", name, "-o", "x.o"};
    record_.compiles.push_back({scratch_.path(), name, "x.o", command});
    flow_.units.push_back(
        {scratch_.At(name), scratch_.path(), command, Sha256Hex(text)});
  }

  Result<> Write(const std::string& output) {
    return WriteOutlinedBuild(
        flow_,
        {{scratch_.At("src/a.c"),
          "#line 1 \"" + scratch_.At("src/a.c") + "\"\nint c;\n"}},
        {scratch_.path(), "", scratch_.At(output)});
  }

  Scratch scratch_;
  BuildRecord record_;
  Flow flow_;
};

TEST_F(OutlinedBuildTest, UnitsLieAsTheyLay) {
  const Result<> written = Write("out");
  ASSERT_TRUE(written.ok()) << written.error().message;
  EXPECT_EQ(scratch_.Read("out/src/a.c"),
            "#line 1 \"" + scratch_.At("out/src/a.c") + "\"\nint c;\n");
  EXPECT_EQ(scratch_.Read("out/src/deep/b.c"), "int b;\n");
}

TEST_F(OutlinedBuildTest, CommandsCompileTheCopies) {
  ASSERT_TRUE(Write("out").ok());
  const auto record = ReadBuildRecord(scratch_.At("out"));
  ASSERT_TRUE(record.ok()) << record.error().message;
  ASSERT_EQ(record->compiles.size(), 2u);
  const CompileEntry& entry = record->compiles[0];
  EXPECT_EQ(entry.file, scratch_.At("out/src/a.c"));
  EXPECT_EQ(entry.directory, scratch_.path());
  EXPECT_THAT(entry.arguments, Contains(scratch_.At("out/src/a.c")));
  EXPECT_THAT(entry.arguments, Not(Contains("src/a.c")));
  EXPECT_THAT(entry.arguments,
              Contains("-fmacro-prefix-map=" + scratch_.At("out/src/a.c") +
                       "=src/a.c"));
  EXPECT_THAT(entry.arguments, Contains(scratch_.At("src")));
}

TEST_F(OutlinedBuildTest, AnotherSourceThanWasAnalyzedIsRefused) {
  scratch_.Write("src/deep/b.c", "int other;\n");
  const Result<> written = Write("out");
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.error().message, HasSubstr("changed"));
}

}  // namespace
}  // namespace bailey::analyzer
