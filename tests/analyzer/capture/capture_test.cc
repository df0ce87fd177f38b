#include "analyzer/capture/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/capture/build_record.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class CaptureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (system("make --version >/dev/null 2>&1") != 0 ||
        system("g++ --version >/dev/null 2>&1") != 0)
      GTEST_SKIP() << "make or g++ is not installed";
    scratch_.Copy(BAILEY_TESTDATA "/analyzer/build");
  }

  Result<int> Run(std::vector<std::string> words) {
    CaptureOptions options;
    options.command = {"make", "-s", "-C", scratch_.path()};
    options.command.insert(options.command.end(), words.begin(), words.end());
    options.output_directory = scratch_.path();
    options.say = [this](std::string_view line) { said_ = line; };
    return Capture(options);
  }

  std::vector<std::string> Files() {
    const auto record = ReadBuildRecord(scratch_.path());
    std::vector<std::string> files;
    if (record.ok())
      for (const CompileEntry& entry : record->compiles)
        files.push_back(entry.file);
    return files;
  }

  const LinkCommand* Link(const BuildRecord& record,
                          const std::string& output) {
    const auto found =
        std::ranges::find(record.links, output, &LinkCommand::output);
    return found == record.links.end() ? nullptr : &*found;
  }

  Scratch scratch_;
  std::string said_;
};

TEST_F(CaptureTest, RecordsCompilersLinkersAndArchivers) {
  const auto status = Run({"-j2"});
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(*status, 0);
  EXPECT_THAT(Files(),
              UnorderedElementsAre("help.c", "more.cc", "step.cc", "tool.c"));
  const auto record = ReadBuildRecord(scratch_.path());
  ASSERT_TRUE(record.ok()) << record.error().message;
  EXPECT_THAT(record->links, SizeIs(3));
  const LinkCommand* tool = Link(*record, "tool");
  ASSERT_NE(tool, nullptr);
  EXPECT_THAT(tool->inputs, ElementsAre("tool.o"));
  EXPECT_THAT(tool->libraries, ElementsAre("help", "m"));
  const LinkCommand* archive = Link(*record, "libhelp.a");
  ASSERT_NE(archive, nullptr);
  EXPECT_EQ(archive->kind, LinkKind::kArchive);
  const LinkCommand* step = Link(*record, "step");
  ASSERT_NE(step, nullptr);
  EXPECT_THAT(step->inputs, ElementsAre("step-step.o", "step-more.o"));
}

TEST_F(CaptureTest, ClangRunsItsOwnStepsUnrecorded) {
  if (system("clang-19 --version >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "clang-19 is not installed";
  const auto status = Run({"CC=clang-19", "tool"});
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_THAT(Files(), UnorderedElementsAre("help.c", "tool.c"));
  EXPECT_THAT(ReadBuildRecord(scratch_.path())->links, SizeIs(2));
}

TEST_F(CaptureTest, MakesTheFolderOfTheRecordBeforeItBuilds) {
  CaptureOptions options;
  options.command = {"make", "-s", "-C", scratch_.path()};
  options.output_directory = scratch_.At("records/deep");
  ASSERT_TRUE(Capture(options).ok());
  EXPECT_TRUE(scratch_.Has("records/deep/bailey-capture.json"));
  scratch_.Write("file", "");
  options.command = {"touch", scratch_.At("was-built")};
  options.output_directory = scratch_.At("file");
  EXPECT_FALSE(Capture(options).ok());
  EXPECT_FALSE(scratch_.Has("was-built"));
}

TEST_F(CaptureTest, WritesNothingWhenTheBuildFails) {
  const auto status = Run({"fail"});
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(*status, 2);  // make's
  EXPECT_THAT(said_, HasSubstr("status 2"));
  EXPECT_FALSE(scratch_.Has("compile_commands.json"));
  EXPECT_FALSE(scratch_.Has("bailey-capture.json"));
}

TEST_F(CaptureTest, AFailureLeavesTheOlderRecord) {
  ASSERT_TRUE(Run({}).ok());
  const std::string before = scratch_.Read("compile_commands.json");
  ASSERT_TRUE(Run({"fail"}).ok());
  EXPECT_EQ(scratch_.Read("compile_commands.json"), before);
}

TEST_F(CaptureTest, MergesWhatALaterBuildDoes) {
  ASSERT_TRUE(Run({"tool"}).ok());
  EXPECT_THAT(Files(), UnorderedElementsAre("help.c", "tool.c"));
  ASSERT_TRUE(Run({"step"}).ok());
  EXPECT_THAT(Files(),
              UnorderedElementsAre("help.c", "more.cc", "step.cc", "tool.c"));
  scratch_.Write("tool.c", "int help(int);\nint main(void){return help(0);}\n");
  ASSERT_TRUE(Run({"-W", "tool.c", "tool"}).ok());
  EXPECT_THAT(Files(), SizeIs(4));
  // Nothing left to do: the record stays.
  ASSERT_TRUE(Run({}).ok());
  EXPECT_THAT(Files(), SizeIs(4));
}

TEST_F(CaptureTest, ABuildThatCompilesNothingIsAnErrorWithAWayOut) {
  ASSERT_EQ(system(("make -s -C " + scratch_.path()).c_str()), 0);
  const auto status = Run({});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().hint, HasSubstr("make clean"));
}

TEST_F(CaptureTest, ABuildThatRemovesItsSourcesIsAnErrorWithAWayOut) {
  CaptureOptions options;
  options.command = {
      "sh", "-c",
      "cd " + scratch_.path() +
          " && mkdir work && echo 'int a;' >work/a.c && cd work && "
          "g++ -c a.c && cd .. && rm -r work"};
  options.output_directory = scratch_.path();
  const auto status = Capture(options);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("not there any more"));
  EXPECT_THAT(status.error().message, HasSubstr("work/a.c"));
  EXPECT_THAT(status.error().hint, HasSubstr("let the build keep"));
}

TEST_F(CaptureTest, RefusesToReplaceWhatItCannotRead) {
  scratch_.Write("compile_commands.json", "not json");
  EXPECT_FALSE(Run({}).ok());
  EXPECT_EQ(scratch_.Read("compile_commands.json"), "not json");
}

}  // namespace
}  // namespace bailey::analyzer
