#include "analyzer/report/library_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;

class LibraryFilesTest : public ::testing::Test {
 protected:
  // Of `cc prog.o -L. -lNAME`, where libNAME.so has the text.
  Result<LibraryFiles> Find(const std::string& script) const {
    scratch_.Write("libscript.so", script);
    ProgramSelection selection;
    selection.link =
        LinkCommand{LinkKind::kProgram,
                    scratch_.path(),
                    "prog",
                    {"cc", "-o", "prog", "prog.o", "-L.", "-lscript"},
                    {},
                    {"script"}};
    return FindLibraries(selection);
  }

  const Scratch scratch_;
};

// Debian's libbsd.so is such a script.
TEST_F(LibraryFilesTest, AScriptMayNameLibrariesAsTheCommandLineDoes) {
  scratch_.Write("libhelp.so",
                 "\x7f"
                 "ELF");
  const auto files = Find(
      "/* none of -labsent */\nGROUP(/lib/libone.so.3 "
      "AS_NEEDED(-lhelp))");
  ASSERT_TRUE(files.ok()) << files.error().message;
  EXPECT_THAT(files->libraries, Contains("/lib/libone.so.3"));
  EXPECT_THAT(files->libraries, Contains(EndsWith("/libhelp.so")));
}

// Debian's libncurses.so is such a script.
TEST_F(LibraryFilesTest, AScriptMayNameALibraryWithoutItsFolder) {
  const auto files = Find("INPUT(libbare.so.6)");
  ASSERT_TRUE(files.ok()) << files.error().message;
  EXPECT_THAT(files->libraries, Contains("libbare.so.6"));
}

TEST_F(LibraryFilesTest, AnArchiveOfAScriptIsCodeWithoutSource) {
  scratch_.Write("libcode.a", "!<arch>\nand a member");
  const auto files = Find("GROUP(" + scratch_.At("libcode.a") + ")");
  ASSERT_TRUE(files.ok()) << files.error().message;
  EXPECT_THAT(files->archives, Contains(scratch_.At("libcode.a")));
}

TEST_F(LibraryFilesTest, AScriptThatNamesItselfIsAnError) {
  EXPECT_FALSE(Find("GROUP(-lscript)").ok());
}

TEST_F(LibraryFilesTest, PluginsAreFoundOnceWhateverTheirNames) {
  scratch_.Write("mod_a.so", "");
  scratch_.Write("mod_b.so", "");
  std::filesystem::create_symlink("mod_a.so", scratch_.At("mod_c.so"));
  const auto files =
      FindPlugins({scratch_.At("mod_*.so"), scratch_.At("mod_a.so")});
  ASSERT_TRUE(files.ok()) << files.error().message;
  EXPECT_THAT(*files, ::testing::ElementsAre(scratch_.At("mod_a.so"),
                                             scratch_.At("mod_b.so")));
}

}  // namespace
}  // namespace bailey::analyzer
