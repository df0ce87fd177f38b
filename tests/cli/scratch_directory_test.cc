#include "cli/scratch_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "common/fd.h"

namespace bailey::cli {
namespace {

TEST(ScratchDirectoryTest, IsPrivateAndRemovedWithWhatIsInIt) {
  std::string path;
  {
    const ScratchDirectory scratch = ScratchDirectory::Create().value();
    path = scratch.path();
    struct stat status;
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    ASSERT_TRUE(WriteFileAtomically(path + "/file", "x").ok());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ScratchDirectoryTest, MovesWithoutRemovingTwice) {
  ScratchDirectory first = ScratchDirectory::Create().value();
  const std::string path = first.path();
  {
    const ScratchDirectory second = std::move(first);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

// Of a process that was killed; nobody holds its lock.
TEST(ScratchDirectoryTest, TheNextOneRemovesWhatWasAbandoned) {
  const ScratchDirectory alive = ScratchDirectory::Create().value();
  const std::string base =
      std::filesystem::path(alive.path()).parent_path().string();
  const std::string abandoned = base + "/bailey-scratch-zzzzz0";
  const std::string strange = base + "/bailey-scratch-of-others";
  for (const std::string& path : {abandoned, strange}) {
    std::filesystem::create_directories(path);
    ASSERT_TRUE(WriteFileAtomically(path + "/file", "x").ok());
  }
  const ScratchDirectory next = ScratchDirectory::Create().value();
  EXPECT_FALSE(std::filesystem::exists(abandoned));
  EXPECT_TRUE(std::filesystem::exists(strange));
  EXPECT_TRUE(std::filesystem::exists(alive.path()));
  std::filesystem::remove_all(strange);
}

TEST(ScratchDirectoryTest, SaysWhatToDoWhereItCannotBeMade) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  setenv("TMPDIR", "/no/such/directory", 1);
  const Result<ScratchDirectory> scratch = ScratchDirectory::Create();
  if (before)
    setenv("TMPDIR", kept.c_str(), 1);
  else
    unsetenv("TMPDIR");
  ASSERT_FALSE(scratch.ok());
  EXPECT_NE(scratch.error().hint.find("TMPDIR"), std::string::npos);
}

}  // namespace
}  // namespace bailey::cli
