#include "analyzer/capture/build_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CompileEntry Compile(const Scratch& scratch, const std::string& file,
                     const std::string& option = "-O0") {
  return {scratch.path(), file, file + ".o", {"cc", option, "-c", file}};
}

TEST(BuildRecordTest, ComesBackAsWritten) {
  const Scratch scratch;
  BuildRecord record;
  record.compiles = {Compile(scratch, "a.c")};
  record.links = {{LinkKind::kProgram,
                   scratch.path(),
                   "p",
                   {"cc", "a.c.o", "-lm"},
                   {"a.c.o"},
                   {"m"}}};
  ASSERT_TRUE(WriteBuildRecord(record, scratch.path()).ok());
  const auto read = ReadBuildRecord(scratch.path());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->compiles, record.compiles);
  EXPECT_EQ(read->links, record.links);
}

TEST(BuildRecordTest, ReadsTheCommandForm) {
  const Scratch scratch;
  scratch.Write("compile_commands.json",
                R"([{"directory": "/d", "file": "a.c",
                     "command": "cc '-DX=a b' -DY=\\\"q\\\" -c a.c"}])");
  const auto read = ReadBuildRecord(scratch.path());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_THAT(read->compiles[0].arguments,
              ElementsAre("cc", "-DX=a b", "-DY=\"q\"", "-c", "a.c"));
}

TEST(BuildRecordTest, ReadsResponseFilesAndPassesOverLaunchers) {
  const Scratch scratch;
  scratch.Write("r.rsp", "-O2 '-DX=a b'");
  scratch.Write("compile_commands.json",
                "[{\"directory\": \"" + scratch.path() +
                    "\", \"file\": \"a.c\", \"command\": "
                    "\"/usr/bin/ccache cc @r.rsp -c a.c\"}]");
  const auto read = ReadBuildRecord(scratch.path());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_THAT(read->compiles[0].arguments,
              ElementsAre("cc", "-O2", "-DX=a b", "-c", "a.c"));
}

TEST(BuildRecordTest, AMissingDatabaseSaysHowToMakeOne) {
  const Scratch scratch;
  const auto read = ReadBuildRecord(scratch.path());
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message, HasSubstr("compile_commands.json"));
  EXPECT_THAT(read.error().hint, HasSubstr("bailey capture -- make"));
}

TEST(BuildRecordTest, RefusesWhatIsNoDatabase) {
  for (const char* text :
       {"", "{}", "[1]", R"([{"directory": "/", "file": "a.c"}])",
        R"([{"directory": "/", "file": "a.c", "arguments": []}])"}) {
    const Scratch scratch;
    scratch.Write("compile_commands.json", text);
    EXPECT_FALSE(ReadBuildRecord(scratch.path()).ok()) << text;
  }
}

TEST(BuildRecordTest, RefusesAnotherSchema) {
  const Scratch scratch;
  scratch.Write("compile_commands.json", "[]");
  scratch.Write("bailey-capture.json", R"({"schema": "other/9", "links": []})");
  const auto read = ReadBuildRecord(scratch.path());
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message, HasSubstr("other/9"));
}

TEST(BuildRecordTest, MergingReplacesTheSameObjectAndDropsWhatIsGone) {
  const Scratch scratch;
  scratch.Write("a.c", "");
  scratch.Write("b.c", "");
  BuildRecord older;
  older.compiles = {Compile(scratch, "a.c"), Compile(scratch, "b.c"),
                    Compile(scratch, "conftest.c")};
  BuildRecord newer;
  newer.compiles = {Compile(scratch, "a.c", "-O2")};
  const BuildRecord merged = MergeBuildRecords(older, newer);
  ASSERT_THAT(merged.compiles, SizeIs(2));
  EXPECT_EQ(merged.compiles[0].arguments[1], "-O2");
  EXPECT_EQ(merged.compiles[1].file, "b.c");
}

TEST(BuildRecordTest, ALinkWithoutOutputAndInputsIsGone) {
  const Scratch scratch;
  BuildRecord newer;
  newer.links = {{LinkKind::kProgram,
                  scratch.path(),
                  "conftest",
                  {"cc"},
                  {"conftest.o"},
                  {}}};
  EXPECT_THAT(MergeBuildRecords({}, newer).links, IsEmpty());
  scratch.Write("conftest", "");
  EXPECT_THAT(MergeBuildRecords({}, newer).links, SizeIs(1));
}

TEST(BuildRecordTest, MembersOfAnArchiveAreUnited) {
  const Scratch scratch;
  for (const char* name : {"lib.a", "a.o", "b.o"}) scratch.Write(name, "");
  const auto archive = [&](const std::string& member) {
    BuildRecord record;
    record.links = {
        {LinkKind::kArchive, scratch.path(), "lib.a", {"ar"}, {member}, {}}};
    return record;
  };
  const BuildRecord merged = MergeBuildRecords(archive("a.o"), archive("b.o"));
  ASSERT_THAT(merged.links, SizeIs(1));
  EXPECT_THAT(merged.links[0].inputs, ElementsAre("b.o", scratch.At("a.o")));
}

}  // namespace
}  // namespace bailey::analyzer
