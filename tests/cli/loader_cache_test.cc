#include "cli/loader_cache.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "common/fd.h"

namespace bailey::cli {
namespace {

using testing::HasSubstr;

std::string OutputOf(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += char(c);
  pclose(pipe);
  return text;
}

TEST(LoaderCacheTest, ComparesRunsOfDigitsAsNumbers) {
  EXPECT_LT(CompareLibraryNames("libx.so.9", "libx.so.10"), 0);
  EXPECT_GT(CompareLibraryNames("libx.so.10", "libx.so.9"), 0);
  EXPECT_GT(CompareLibraryNames("lib1.so", "liba.so"), 0);
  EXPECT_GT(CompareLibraryNames("libx.so.1", "libx.so"), 0);
  EXPECT_LT(CompareLibraryNames("libx", "libx.so"), 0);
  EXPECT_EQ(CompareLibraryNames("libx.so.1", "libx.so.1"), 0);
}

// glibc's own reader of the form is the judge.
TEST(LoaderCacheTest, GlibcReadsIt) {
  if (OutputOf("/sbin/ldconfig --version").empty()) {
    GTEST_SKIP() << "there is no ldconfig";
  }
  const std::string file = testing::TempDir() + "bailey-ld.so.cache";
  ASSERT_TRUE(
      WriteFileAtomically(file, LoaderCache({"/lib/x/libb.so.2", "/a/libc.so.6",
                                             "/opt/liba.so.10"}))
          .ok());
  const std::string text = OutputOf("/sbin/ldconfig -p -C " + file);
  EXPECT_THAT(text, HasSubstr("3 libs found"));
  EXPECT_THAT(text, HasSubstr("libb.so.2 (libc6,x86-64) => /lib/x/libb.so.2"));
  EXPECT_THAT(text, HasSubstr("libc.so.6 (libc6,x86-64) => /a/libc.so.6"));
  EXPECT_LT(text.find("libc.so.6"), text.find("libb.so.2"));
  EXPECT_LT(text.find("libb.so.2"), text.find("liba.so.10"));
}

}  // namespace
}  // namespace bailey::cli
