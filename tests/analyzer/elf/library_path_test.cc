#include "analyzer/elf/library_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace bailey::analyzer {
namespace {

using testing::ElementsAre;

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        testing::TempDir() + "/library_path_" + std::to_string(getpid());
    std::filesystem::create_directories(directory_ + "/parts");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  std::string directory_;
};

TEST_F(ConfigTest, DirectoriesComeInOrderAndIncludesInTheirPlace) {
  Write("parts/b.conf", "/from/b  # a comment\n");
  Write("parts/a.conf", "/from/a\n");
  const std::string config =
      Write("ld.so.conf", "# comment\n/first\ninclude parts/*.conf\n\n/last\n");
  const auto directories = SystemLibraryDirectories(config);
  ASSERT_TRUE(directories.ok());
  ASSERT_GE(directories->size(), 4u);
  EXPECT_THAT(std::vector(directories->begin(), directories->begin() + 4),
              ElementsAre("/first", "/from/a", "/from/b", "/last"));
  EXPECT_THAT(*directories, testing::Contains("/usr/lib/x86_64-linux-gnu"));
}

TEST_F(ConfigTest, AMissingFileLeavesTheBuiltInDirectories) {
  const auto directories = SystemLibraryDirectories(directory_ + "/none");
  ASSERT_TRUE(directories.ok());
  EXPECT_EQ(directories->front(), "/lib/x86_64-linux-gnu");
}

TEST_F(ConfigTest, AFileThatIncludesItselfIsAnError) {
  const std::string config = Write("ld.so.conf", "include ld.so.conf\n");
  EXPECT_FALSE(SystemLibraryDirectories(config).ok());
}

TEST(ExpandRunPathTest, PutsInTheFilesOwnDirectory) {
  EXPECT_THAT(ExpandRunPath("$ORIGIN/../lib:/opt/${LIB}:", "/usr/bin/program"),
              ElementsAre("/usr/bin/../lib", "/opt/lib/x86_64-linux-gnu"));
  EXPECT_THAT(ExpandRunPath("", "/usr/bin/program"), testing::IsEmpty());
}

TEST(WithHardwareDirectoriesTest, TheDirectoryItselfIsTheLast) {
  EXPECT_EQ(WithHardwareDirectories("/nonexistent").back(), "/nonexistent");
}

}  // namespace
}  // namespace bailey::analyzer
