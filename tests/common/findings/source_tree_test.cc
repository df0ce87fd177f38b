#include "common/findings/source_tree.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace bailey {
namespace {

namespace fs = std::filesystem;

class SourceTreeTest : public ::testing::Test {
 protected:
  SourceTreeTest() {
    std::string pattern = "/tmp/bailey-source-tree-XXXXXX";
    top_ = mkdtemp(pattern.data());
    fs::create_directories(top_ + "/project/src");
  }
  ~SourceTreeTest() override { fs::remove_all(top_); }

  SourceTree Find(const std::string& current) const {
    Report report;
    report.inputs = {{"/usr/include/a.h", "00"}, {"src/a.c", "11"}};
    Flow flow;
    flow.units = {{top_ + "/project/src/a.c", top_, {}, "11"}};
    return FindSourceTree(report, flow, current);
  }

  std::string top_;
};

TEST_F(SourceTreeTest, TheRootIsWhatPathsAreRelativeTo) {
  EXPECT_EQ(Find("/").root, top_ + "/project");
  EXPECT_EQ(Find("/").Absolute("src/a.c"), top_ + "/project/src/a.c");
}

TEST_F(SourceTreeTest, PathsAreRelativeToTheRepository) {
  fs::create_directory(top_ + "/.git");
  const SourceTree tree = Find("/");
  EXPECT_EQ(tree.base, top_);
  EXPECT_EQ(tree.Published("src/a.c"), "project/src/a.c");
  EXPECT_EQ(tree.Published("../b.c"), "b.c");
  EXPECT_EQ(tree.Published("/usr/include/a.h"), std::nullopt);
  EXPECT_EQ(tree.Published("../../b.c"), std::nullopt);
  EXPECT_EQ(tree.Published(""), std::nullopt);
}

TEST_F(SourceTreeTest, WithoutOneToTheCurrentDirectoryIfItHoldsThem) {
  EXPECT_EQ(Find(top_).base, top_);
  EXPECT_EQ(Find("/usr").base, top_ + "/project");
}

}  // namespace
}  // namespace bailey
