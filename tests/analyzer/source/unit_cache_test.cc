#include "analyzer/source/unit_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "analyzer/source/unit_archive.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;

// Each Parse() is a run of its own: another UnitCache on the same folder.
class UnitCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"early", "late"})
      std::filesystem::create_directory(scratch_.At(folder));
    scratch_.Write("late/api.h",
                   "int from_late(void);\n#define CALL from_late");
    scratch_.Write("a.c", "#include \"api.h\"\nint f(void) { return CALL(); }");
  }

  UnitOutcome Parse(const std::vector<std::string>& options = {},
                    const std::string& file = "a.c") {
    CompileEntry entry{scratch_.path(), file, "a.o", {"gcc"}};
    entry.arguments.insert(entry.arguments.end(), options.begin(),
                           options.end());
    entry.arguments.insert(entry.arguments.end(),
                           {"-Iearly", "-Ilate", "-c", file, "-o", "a.o"});
    auto store = CacheStore::Open(scratch_.At("cache"));
    UnitCache cache(store.ok() ? std::move(*store) : CacheStore());
    UnitOutcome outcome = ParseUnit(entry, scratch_.path(), &cache);
    EXPECT_FALSE(outcome.diagnostics.has_errors())
        << RenderText(outcome.diagnostics);
    return outcome;
  }

  static std::vector<std::string> Called(const UnitOutcome& unit) {
    std::vector<std::string> names;
    for (const CallFact& each : unit.facts.code.calls) names.push_back(each.to);
    return names;
  }

  Scratch scratch_;
};

TEST_F(UnitCacheTest, TheSecondRunReadsWhatTheFirstParsed) {
  const UnitOutcome first = Parse();
  const UnitOutcome second = Parse();
  EXPECT_FALSE(first.cached);
  EXPECT_TRUE(second.cached);
  EXPECT_EQ(WriteUnit(first.facts), WriteUnit(second.facts));
  EXPECT_THAT(Called(second), Contains("from_late"));
}

TEST_F(UnitCacheTest, AChangedSourceIsParsedAndAnOldOneFoundAgain) {
  Parse();
  const std::string text = scratch_.Read("a.c");
  scratch_.Write("a.c", text + "\nint g(void) { return other(); }");
  const UnitOutcome changed = Parse();
  EXPECT_FALSE(changed.cached);
  EXPECT_THAT(Called(changed), Contains("other"));
  scratch_.Write("a.c", text);
  EXPECT_TRUE(Parse().cached);
}

TEST_F(UnitCacheTest, AChangedHeaderIsNoticed) {
  Parse();
  scratch_.Write("late/api.h", "int renamed(void);\n#define CALL renamed");
  const UnitOutcome unit = Parse();
  EXPECT_FALSE(unit.cached);
  EXPECT_THAT(Called(unit), Contains("renamed"));
}

// Of the same size and the same time of change.
TEST_F(UnitCacheTest, AHeaderThatPretendsToBeOldIsNoticed) {
  Parse();
  const auto time = std::filesystem::last_write_time(scratch_.At("late/api.h"));
  std::string text = scratch_.Read("late/api.h");
  std::ranges::replace(text, 'l', 'x');
  scratch_.Write("late/api.h", text);
  std::filesystem::last_write_time(scratch_.At("late/api.h"), time);
  EXPECT_FALSE(Parse().cached);
}

TEST_F(UnitCacheTest, AHeaderThatComesToStandEarlierIsNoticed) {
  Parse();
  scratch_.Write("early/api.h", "int earlier(void);\n#define CALL earlier");
  const UnitOutcome unit = Parse();
  EXPECT_FALSE(unit.cached);
  EXPECT_THAT(Called(unit), Contains("earlier"));
  // Beside the source, even before that.
  scratch_.Write("api.h", "int beside(void);\n#define CALL beside");
  EXPECT_THAT(Called(Parse()), Contains("beside"));
}

TEST_F(UnitCacheTest, AFolderOfTheIncludePathThatAppearsIsNoticed) {
  Parse({"-Inew"});
  std::filesystem::create_directory(scratch_.At("new"));
  scratch_.Write("new/api.h", "int from_new(void);\n#define CALL from_new");
  EXPECT_THAT(Called(Parse({"-Inew"})), Contains("from_new"));
}

TEST_F(UnitCacheTest, WhatHasIncludeDidNotFindIsNoticed) {
  scratch_.Write(
      "a.c",
      "#if __has_include(\"option.h\")\nint f(void) { return with(); "
      "}\n#else\nint f(void) { return without(); }\n#endif");
  EXPECT_THAT(Called(Parse()), Contains("without"));
  scratch_.Write("late/option.h", "");
  EXPECT_THAT(Called(Parse()), Contains("with"));
  std::filesystem::remove(scratch_.At("late/option.h"));
  const UnitOutcome unit = Parse();
  EXPECT_TRUE(unit.cached);
  EXPECT_THAT(Called(unit), Contains("without"));
}

TEST_F(UnitCacheTest, FlagsCount) {
  Parse({"-DX=1"});
  EXPECT_TRUE(Parse({"-DX=1"}).cached);
  EXPECT_FALSE(Parse({"-DX=2"}).cached);
  EXPECT_FALSE(Parse({"-O2"}).cached);
}

TEST_F(UnitCacheTest, TheEnvironmentsIncludePathCounts) {
  std::filesystem::remove(scratch_.At("late/api.h"));
  for (const char* name : {"one", "two"}) {
    std::filesystem::create_directory(scratch_.At(name));
    scratch_.Write(std::string(name) + "/api.h",
                   "#define CALL from_" + std::string(name));
  }
  for (const char* variable : {"CPATH", "C_INCLUDE_PATH"}) {
    setenv(variable, scratch_.At("one").c_str(), 1);
    EXPECT_THAT(Called(Parse()), Contains("from_one"));
    setenv(variable, scratch_.At("two").c_str(), 1);
    EXPECT_THAT(Called(Parse()), Contains("from_two"));
    unsetenv(variable);
  }
}

TEST_F(UnitCacheTest, WhatDependsOnTheTimeIsNotKept) {
  for (const char* macro : {"__DATE__", "__TIME__", "__TIMESTAMP__"}) {
    scratch_.Write(
        "a.c", "const char* f(void) { return " + std::string(macro) + "; }");
    EXPECT_FALSE(Parse().cached) << macro;
    EXPECT_FALSE(Parse().cached) << macro;
  }
}

// The same text, compared as one file (once) and as two (twice).
TEST_F(UnitCacheTest, WhetherTwoPathsAreOneFileIsNoticed) {
  scratch_.Write("late/x.h", "#pragma once\nstatic int x(void) { return 1; }");
  std::filesystem::create_symlink(scratch_.At("late/x.h"),
                                  scratch_.At("late/y.h"));
  scratch_.Write("a.c",
                 "#include \"x.h\"\n#include \"y.h\"\nint f(void) { return "
                 "x(); }");
  Parse();
  ASSERT_TRUE(Parse().cached);
  std::filesystem::remove(scratch_.At("late/y.h"));
  scratch_.Write("late/y.h", scratch_.Read("late/x.h"));
  CompileEntry entry{scratch_.path(),
                     "a.c",
                     "a.o",
                     {"gcc", "-Iearly", "-Ilate", "-c", "a.c", "-o", "a.o"}};
  auto store = CacheStore::Open(scratch_.At("cache"));
  ASSERT_TRUE(store.ok());
  UnitCache cache(std::move(*store));
  EXPECT_FALSE(ParseUnit(entry, scratch_.path(), &cache).cached);
}

TEST_F(UnitCacheTest, ErrorsAreNotKept) {
  scratch_.Write("a.c", "int f(void) { return ; ");
  CompileEntry entry{
      scratch_.path(), "a.c", "a.o", {"gcc", "-c", "a.c", "-o", "a.o"}};
  for (int i = 0; i < 2; ++i) {
    auto store = CacheStore::Open(scratch_.At("cache"));
    ASSERT_TRUE(store.ok());
    UnitCache cache(std::move(*store));
    const UnitOutcome unit = ParseUnit(entry, scratch_.path(), &cache);
    EXPECT_FALSE(unit.cached);
    EXPECT_TRUE(unit.diagnostics.has_errors());
  }
}

TEST_F(UnitCacheTest, ACorruptEntryIsParsedAgain) {
  const std::string facts = WriteUnit(Parse().facts);
  EXPECT_TRUE(ReadUnit(facts));
  for (size_t size = 0; size < facts.size(); size += 7)
    EXPECT_FALSE(ReadUnit(facts.substr(0, size))) << size;
  for (const auto& each :
       std::filesystem::directory_iterator(scratch_.At("cache")))
    std::filesystem::resize_file(each, 100);
  EXPECT_FALSE(Parse().cached);
  EXPECT_TRUE(Parse().cached);
}

}  // namespace
}  // namespace bailey::analyzer
