#include "analyzer/capture/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct NameCase {
  std::vector<std::string> arguments;
  ToolKind kind;
};

class RecognizeToolTest : public ::testing::TestWithParam<NameCase> {};

TEST_P(RecognizeToolTest, ByName) {
  EXPECT_EQ(RecognizeTool(GetParam().arguments), GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(
    Names, RecognizeToolTest,
    ::testing::Values(NameCase{{"cc"}, ToolKind::kDriver},
                      NameCase{{"/usr/bin/g++-12"}, ToolKind::kDriver},
                      NameCase{{"x86_64-linux-gnu-gcc-12"}, ToolKind::kDriver},
                      NameCase{{"clang++-19"}, ToolKind::kDriver},
                      NameCase{{"ccache", "gcc", "-c"}, ToolKind::kDriver},
                      NameCase{{"/usr/lib/ccache/cc"}, ToolKind::kDriver},
                      NameCase{{"ccache"}, ToolKind::kOther},
                      NameCase{{"ccache", "-s"}, ToolKind::kOther},
                      NameCase{{"/usr/lib/gcc/x86_64-linux-gnu/12/cc1"},
                               ToolKind::kOther},
                      NameCase{{"collect2"}, ToolKind::kOther},
                      NameCase{{"as"}, ToolKind::kOther},
                      NameCase{{"gcc-ar"}, ToolKind::kArchiver},
                      NameCase{{"llvm-ar-19"}, ToolKind::kArchiver},
                      NameCase{{"x86_64-linux-gnu-ar"}, ToolKind::kArchiver},
                      NameCase{{"ld.lld-19"}, ToolKind::kLinker},
                      NameCase{{"tar"}, ToolKind::kOther},
                      NameCase{{"make"}, ToolKind::kOther},
                      NameCase{{}, ToolKind::kOther}));

TEST(ClassifyCommandTest, SplitsAOneStepCommand) {
  const BuildRecord record = ClassifyCommand(
      ToolKind::kDriver,
      {"cc", "-O2", "a.c", "sub/b.c", "-o", "prog", "-Wl,-z,now", "-lm"},
      "/src");
  ASSERT_THAT(record.compiles, SizeIs(2));
  EXPECT_THAT(record.compiles[0].arguments,
              ElementsAre("cc", "-c", "-O2", "a.c", "-o", "prog-a.o"));
  EXPECT_EQ(record.compiles[1].output, "prog-sub-b.o");
  ASSERT_THAT(record.links, SizeIs(1));
  EXPECT_THAT(record.links[0].inputs, ElementsAre("prog-a.o", "prog-sub-b.o"));
  EXPECT_THAT(record.links[0].libraries, ElementsAre("m"));
  EXPECT_EQ(record.links[0].output, "prog");
  EXPECT_THAT(record.links[0].arguments,
              ElementsAre("cc", "-O2", "prog-a.o", "prog-sub-b.o", "-o", "prog",
                          "-Wl,-z,now", "-lm"));
}

TEST(ClassifyCommandTest, NamesTheDefaultOutputs) {
  const BuildRecord compile =
      ClassifyCommand(ToolKind::kDriver, {"cc", "-c", "dir/a.c"}, "/src");
  ASSERT_THAT(compile.compiles, SizeIs(1));
  EXPECT_EQ(compile.compiles[0].output, "a.o");
  EXPECT_THAT(compile.links, IsEmpty());
  const BuildRecord link =
      ClassifyCommand(ToolKind::kDriver, {"cc", "a.o"}, "/src");
  ASSERT_THAT(link.links, SizeIs(1));
  EXPECT_EQ(link.links[0].output, "a.out");
}

TEST(ClassifyCommandTest, SeesThroughALauncher) {
  const BuildRecord record = ClassifyCommand(
      ToolKind::kDriver, {"ccache", "gcc", "-c", "a.c"}, "/src");
  ASSERT_THAT(record.compiles, SizeIs(1));
  EXPECT_EQ(record.compiles[0].arguments[0], "gcc");
}

TEST(ClassifyCommandTest, ToldApartByKind) {
  const auto kind = [](std::vector<std::string> arguments) {
    return ClassifyCommand(ToolKind::kDriver, arguments, "/").links[0].kind;
  };
  EXPECT_EQ(kind({"cc", "-shared", "a.o", "-o", "a.so"}),
            LinkKind::kSharedLibrary);
  EXPECT_EQ(kind({"cc", "-r", "a.o", "-o", "b.o"}), LinkKind::kRelocatable);
  EXPECT_EQ(kind({"cc", "a.o"}), LinkKind::kProgram);
}

TEST(ClassifyCommandTest, ValuesOfTheLinkersOptionsAreNoInputs) {
  const std::vector<std::string> arguments = {
      "ld",  "-m", "elf_x86_64", "-dynamic-linker", "/lib64/ld.so", "a.o",
      "-lc", "-o", "p",          "-rpath",          "/opt"};
  const BuildRecord record =
      ClassifyCommand(ToolKind::kLinker, arguments, "/src");
  ASSERT_THAT(record.links, SizeIs(1));
  EXPECT_THAT(record.links[0].inputs, ElementsAre("a.o"));
  EXPECT_EQ(record.links[0].output, "p");
  EXPECT_EQ(record.links[0].arguments, arguments);
}

TEST(ClassifyCommandTest, RecordsWhatIsPutIntoArchivesAndNothingElse) {
  const auto links = [](std::vector<std::string> arguments) {
    return ClassifyCommand(ToolKind::kArchiver, arguments, "/src").links;
  };
  ASSERT_THAT(links({"ar", "rcs", "libx.a", "a.o", "b.o"}), SizeIs(1));
  EXPECT_THAT(links({"ar", "rcs", "libx.a", "a.o", "b.o"})[0].inputs,
              ElementsAre("a.o", "b.o"));
  EXPECT_THAT(links({"ar", "t", "libx.a"}), IsEmpty());
  EXPECT_THAT(links({"ar"}), IsEmpty());
}

TEST(ClassifyCommandTest, AnEmptyArchiveIsAnArchive) {
  const BuildRecord record =
      ClassifyCommand(ToolKind::kArchiver, {"ar", "cr", "libx.a"}, "/src");
  ASSERT_THAT(record.links, SizeIs(1));
  EXPECT_EQ(record.links[0].kind, LinkKind::kArchive);
  EXPECT_THAT(record.links[0].inputs, IsEmpty());
}

TEST(ClassifyCommandTest, RecordsWhatIsTakenOutOfArchives) {
  const BuildRecord record = ClassifyCommand(
      ToolKind::kArchiver, {"ar", "x", "../libx.a", "a.o"}, "/src/tmp");
  ASSERT_THAT(record.links, SizeIs(1));
  EXPECT_EQ(record.links[0].kind, LinkKind::kExtraction);
  EXPECT_EQ(record.links[0].directory, "/src/tmp");
  EXPECT_THAT(record.links[0].inputs, ElementsAre("../libx.a"));
}

TEST(ClassifyCommandTest, FilesHandedOnToTheLinkerAreLinked) {
  const BuildRecord record =
      ClassifyCommand(ToolKind::kDriver,
                      {"cc", "a.o", "-Wl,--whole-archive,libx.a,-lz",
                       "-Wl,-soname,libq.so", "-Xlinker", "b.o", "-o", "p"},
                      "/src");
  ASSERT_THAT(record.links, SizeIs(1));
  EXPECT_THAT(record.links[0].inputs, ElementsAre("a.o", "libx.a", "b.o"));
  EXPECT_THAT(record.links[0].libraries, ElementsAre("z"));
}

// As libtool writes it.
TEST(ClassifyCommandTest, AnOptionsValueMayBeInTheNextWord) {
  const BuildRecord record = ClassifyCommand(
      ToolKind::kDriver,
      {"cc", "-shared", "a.o", "-Wl,-soname", "-Wl,mod_x.so", "-Wl,libx.a",
       "-Wl,-rpath", "-Wl,-soname", "-Wl,liby.a", "-o", "m.so"},
      "/src");
  ASSERT_THAT(record.links, SizeIs(1));
  EXPECT_THAT(record.links[0].inputs, ElementsAre("a.o", "libx.a", "liby.a"));
}

TEST(ClassifyCommandTest, IgnoresWhatBuildsNothing) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"cc", "--version"},
        {"cc", "-E", "a.c"},
        {"cc", "-print-file-name=x"},
        {"cc", "-MM", "a.c"},
        {"clang", "-cc1", "-emit-obj", "a.c"}}) {
    const BuildRecord record =
        ClassifyCommand(ToolKind::kDriver, arguments, "/");
    EXPECT_THAT(record.compiles, IsEmpty()) << arguments[1];
    EXPECT_THAT(record.links, IsEmpty()) << arguments[1];
  }
}

}  // namespace
}  // namespace bailey::analyzer
