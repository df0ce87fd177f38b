// What gconv's configuration and the installed locales mean.

#include "analyzer/elf/character_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(CharacterSetsTest, ModulesThatTheConfigurationNamesAndThatExist) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch.At("gconv-modules.d"));
  scratch.Write("gconv-modules",
                "alias L1// ISO-8859-1//\n"
                "module ISO-8859-1// INTERNAL ISO8859-1 1\n"
                "module NONE// INTERNAL MISSING 1\n"
                "# module X// INTERNAL COMMENT 1\n");
  scratch.Write("gconv-modules.d/extra.conf",
                "module KOI// INTERNAL KOI.so 1\n");
  for (const char* name : {"ISO8859-1.so", "KOI.so", "COMMENT.so", "OTHER.so"})
    scratch.Write(name, "");
  const auto sets = ReadCharacterSets(scratch.At("."));
  ASSERT_TRUE(sets.ok()) << sets.error().message;
  EXPECT_THAT(sets->read, SizeIs(2));
  EXPECT_THAT(sets->modules, ElementsAre(scratch.At("./ISO8859-1.so"),
                                         scratch.At("./KOI.so")));
}

TEST(CharacterSetsTest, OnlyLocalesOfOldCharacterSetsNeedModules) {
  const Scratch scratch;
  for (const char* name : {"C.utf8", "de_DE.UTF-8", "POSIX"})
    std::filesystem::create_directory(scratch.At(name));
  EXPECT_THAT(FindLocales(scratch.At("")).needing_modules, IsEmpty());
  for (const char* name : {"de_DE@euro", "ja_JP.eucjp"})
    std::filesystem::create_directory(scratch.At(name));
  EXPECT_THAT(FindLocales(scratch.At("")).needing_modules,
              ElementsAre("de_DE@euro", "ja_JP.eucjp"));
}

TEST(CharacterSetsTest, AnArchiveThatCannotBeReadMayHoldAnyLocale) {
  const Scratch scratch;
  scratch.Write("locale-archive", "not one");
  EXPECT_THAT(FindLocales(scratch.At("")).needing_modules, SizeIs(1));
}

}  // namespace
}  // namespace bailey::analyzer
