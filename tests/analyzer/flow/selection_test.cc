#include "analyzer/flow/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CompileEntry Compile(const std::string& file, const std::string& object) {
  return {"/d", file, object, {"cc", "-c", file}};
}

LinkCommand Link(LinkKind kind, const std::string& output,
                 std::vector<std::string> inputs,
                 std::vector<std::string> libraries = {}) {
  return {kind, "/d", output, {"cc"}, std::move(inputs), std::move(libraries)};
}

BuildRecord TwoPrograms() {
  BuildRecord record;
  record.compiles = {Compile("a.c", "a.o"), Compile("b.c", "b.o"),
                     Compile("c.c", "c.o"), Compile("test.c", "test.o")};
  record.links = {Link(LinkKind::kProgram, "bin/app",
                       {"a.o", "all.o", "/x/crt.o", "libz.so.1"}, {"common"}),
                  Link(LinkKind::kProgram, "bin/test", {"test.o"}, {"common"}),
                  Link(LinkKind::kRelocatable, "all.o", {"b.o"}),
                  Link(LinkKind::kArchive, "libcommon.a", {"c.o"})};
  return record;
}

std::vector<std::string> Files(const ProgramSelection& selection) {
  std::vector<std::string> files;
  for (const CompileEntry& each : selection.compiles)
    files.push_back(each.file);
  return files;
}

TEST(SelectionTest, FollowsArchivesAndRelocatableObjects) {
  const auto app = SelectProgram(TwoPrograms(), {}, "app");
  ASSERT_TRUE(app.ok()) << app.error().message;
  EXPECT_THAT(Files(*app), ElementsAre("a.c", "b.c", "c.c"));
  EXPECT_THAT(app->opaque_inputs, ElementsAre("/x/crt.o"));
  EXPECT_THAT(app->shared_objects, ElementsAre("/d/libz.so.1"));
}

TEST(SelectionTest, AProgramIsChosenByNameByPathOrByASource) {
  for (const char* name : {"test", "bin/test", "/d/bin/test"}) {
    const auto chosen = SelectProgram(TwoPrograms(), {}, name);
    ASSERT_TRUE(chosen.ok()) << name;
    EXPECT_THAT(Files(*chosen), ElementsAre("c.c", "test.c"));
  }
  const auto by_source = SelectProgram(TwoPrograms(), {"/d/test.c"}, "");
  ASSERT_TRUE(by_source.ok());
  EXPECT_EQ(by_source->link->output, "bin/test");
}

TEST(SelectionTest, AmbiguityListsTheChoices) {
  for (const std::vector<std::string>& sources :
       {std::vector<std::string>{}, {"/d/c.c"}}) {
    const auto none = SelectProgram(TwoPrograms(), sources, "");
    ASSERT_FALSE(none.ok());
    EXPECT_THAT(none.error().message,
                AllOf(HasSubstr("`app`"), HasSubstr("`test`")));
  }
}

TEST(SelectionTest, SourcesOfDifferentProgramsAreRefused) {
  EXPECT_FALSE(SelectProgram(TwoPrograms(), {"/d/a.c", "/d/test.c"}, "").ok());
  EXPECT_FALSE(SelectProgram(TwoPrograms(), {"/d/no.c"}, "").ok());
  EXPECT_FALSE(SelectProgram(TwoPrograms(), {}, "other").ok());
}

TEST(SelectionTest, WithoutLinksAllThatWasCompiledIsTheProgram) {
  BuildRecord record = TwoPrograms();
  record.links.clear();
  const auto all = SelectProgram(record, {}, "");
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->compiles.size(), 4u);
  EXPECT_FALSE(all->link.has_value());
  const auto one = SelectProgram(record, {"/d/a.c"}, "");
  ASSERT_TRUE(one.ok());
  EXPECT_THAT(Files(*one), ElementsAre("a.c"));
  EXPECT_FALSE(SelectProgram(record, {}, "app").ok());
}

TEST(SelectionTest, WithoutLinksAFileCompiledTwiceHasNoRightAnswer) {
  BuildRecord record;
  record.compiles = {Compile("a.c", "x/a.o"), Compile("a.c", "y/a.o")};
  EXPECT_FALSE(SelectProgram(record, {}, "").ok());
  record.links = {Link(LinkKind::kProgram, "p", {"y/a.o"})};
  const auto linked = SelectProgram(record, {}, "");
  ASSERT_TRUE(linked.ok());
  ASSERT_EQ(linked->compiles.size(), 1u);
  EXPECT_EQ(linked->compiles[0].output, "y/a.o");
}

}  // namespace
}  // namespace bailey::analyzer
