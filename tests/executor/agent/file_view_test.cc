#include "executor/agent/file_view.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace bailey::executor {
namespace {

TEST(NormalPathTest, ResolvesByName) {
  EXPECT_EQ(NormalPath("/a//b/./c/../d"), "/a/b/d");
  EXPECT_EQ(NormalPath("/../.."), "/");
  EXPECT_EQ(NormalPath("/"), "/");
}

TEST(FindPathArgumentTest, KnowsWhichCallsOpen) {
  ASSERT_TRUE(FindPathArgument(SYS_openat).has_value());
  EXPECT_EQ(FindPathArgument(SYS_openat)->path, 1);
  EXPECT_EQ(FindPathArgument(SYS_openat)->directory, 0);
  EXPECT_TRUE(FindPathArgument(SYS_openat)->opens);
  EXPECT_FALSE(FindPathArgument(SYS_stat)->opens);
  EXPECT_FALSE(FindPathArgument(SYS_read).has_value());
}

TEST(AccessOfTest, ReadsTheFlags) {
  SeccompData call;
  call.number = SYS_openat;
  EXPECT_TRUE(AccessOf(call).read);
  EXPECT_FALSE(AccessOf(call).write);
  call.arguments[2] = O_RDWR;
  EXPECT_TRUE(AccessOf(call).read);
  EXPECT_TRUE(AccessOf(call).write);
  call.arguments[2] = O_RDONLY | O_CREAT;
  EXPECT_TRUE(AccessOf(call).write);
  call.number = SYS_open;
  EXPECT_FALSE(AccessOf(call).write);
  call.number = SYS_creat;
  EXPECT_TRUE(AccessOf(call).write);
  EXPECT_FALSE(AccessOf(call).read);
}

constexpr OpenAccess kRead{true, false};
constexpr OpenAccess kWrite{false, true};

class FileViewTest : public testing::Test {
 protected:
  FileViewTest() {
    plan_.credentials.resize(1);
    plan_.credentials[0].name = "key";
    plan_.credentials[0].path = "/run/key";
    portion_.name = "main";
    portion_.files.resize(2);
    portion_.files[0].path = "/data";
    portion_.files[0].hierarchy = portion_.files[0].read = true;
    portion_.files[1].path = "/log";
    portion_.files[1].write = true;
  }
  FileView View() const {
    return FileView(plan_, portion_,
                    {{"main", "/lib/x.so", 0444, 0, 0},
                     {"other", "/lib/y.so", 0444, 0, 0}});
  }
  Plan plan_;
  PlanPortion portion_;
};

TEST_F(FileViewTest, FollowsTheRules) {
  EXPECT_TRUE(View().Allows("/data/a/b", kRead));
  EXPECT_FALSE(View().Allows("/data/a/b", kWrite));
  EXPECT_FALSE(View().Allows("/database", kRead));
  EXPECT_TRUE(View().Allows("/log", kWrite));
  EXPECT_FALSE(View().Allows("/log", kRead));
  EXPECT_FALSE(View().Allows("/log", {true, true}));
  EXPECT_FALSE(View().Allows("/log/x", kWrite));
}

TEST_F(FileViewTest, KnowsTheBundlesFiles) {
  EXPECT_TRUE(View().Allows("/lib/x.so", kRead));
  EXPECT_FALSE(View().Allows("/lib/x.so", kWrite));
  EXPECT_FALSE(View().Allows("/lib/y.so", kRead));
}

TEST_F(FileViewTest, ALibraryMayBeLookedForElsewhere) {
  EXPECT_TRUE(View().Allows("/usr/lib/tls/x.so", kRead));
  EXPECT_FALSE(View().Allows("/usr/lib/tls/x.so", kWrite));
  EXPECT_FALSE(View().Allows("/usr/lib/tls/y.so", kRead));
}

TEST_F(FileViewTest, NamesTheRulesOfAPath) {
  portion_.files[0].rule = 20;
  portion_.files[1].rule = 21;
  EXPECT_EQ(View().RulesFor("/data/a"), std::vector<uint32_t>{20});
  EXPECT_EQ(View().RulesFor("/log"), std::vector<uint32_t>{21});
  EXPECT_TRUE(View().RulesFor("/etc").empty());
}

TEST_F(FileViewTest, AKeyIsForThePortionThatUsesIt) {
  EXPECT_EQ(View().CredentialAt("/run/key"), "key");
  EXPECT_EQ(View().CredentialAt("/run"), "");
  EXPECT_FALSE(View().Allows("/run/key", kRead));
  portion_.credentials = {"key"};
  EXPECT_TRUE(View().Allows("/run/key", kRead));
}

}  // namespace
}  // namespace bailey::executor
