// Plans under the kernel of this machine: a child installs one and tries.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

#include "common/fd.h"
#include "policy-compiler/landlock/landlock_plan.h"

namespace bailey::policy {
namespace {

// struct landlock_ruleset_attr of ABI 1 to 3 and landlock_path_beneath_attr.
struct RulesetAttributes {
  uint64_t handled_fs;
};
struct [[gnu::packed]] PathBeneath {
  uint64_t rights;
  int32_t parent_fd;
};
constexpr int kPathBeneath = 1;
constexpr uint32_t kVersion = 1;

int KernelAbi() {
  return static_cast<int>(
      syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersion));
}

// In a child: the plan is in force, or an exit that no test expects.
void Enforce(const LandlockPlan& plan) {
  const RulesetAttributes attributes{plan.handled_fs};
  const UniqueFd ruleset(static_cast<int>(syscall(
      SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0)));
  if (!ruleset.valid()) _exit(100);
  for (const LandlockPathRule& rule : plan.rules) {
    const UniqueFd path(open(rule.path.c_str(), O_PATH | O_CLOEXEC));
    const PathBeneath beneath{rule.rights, path.get()};
    if (syscall(SYS_landlock_add_rule, ruleset.get(), kPathBeneath, &beneath,
                0) != 0) {
      _exit(101);
    }
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(102);
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) _exit(103);
}

class LandlockKernelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (KernelAbi() < 1) GTEST_SKIP() << "this kernel has no Landlock";
    std::string name = testing::TempDir() + "/landlock-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    ASSERT_TRUE(WriteFileAtomically(directory_ + "/in", "x").ok());
    ASSERT_EQ(mkdir((directory_ + "/below").c_str(), 0755), 0);
    ASSERT_TRUE(WriteFileAtomically(directory_ + "/below/in", "x").ok());
  }

  void TearDown() override {
    for (const char* file : {"/in", "/out", "/below/in", "/below/out"}) {
      unlink((directory_ + file).c_str());
    }
    rmdir((directory_ + "/below").c_str());
    if (!directory_.empty()) rmdir(directory_.c_str());
  }

  // The errno of `attempt` under the rules, 0 if it succeeds.
  int Try(const std::vector<PlanFileRule>& files,
          const std::function<bool()>& attempt) {
    const LandlockPlan plan = MakeLandlockPlan(files, KernelAbi());
    const pid_t child = fork();
    if (child == 0) {
      Enforce(plan);
      _exit(attempt() ? 0 : errno);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    return WEXITSTATUS(status);
  }

  std::function<bool()> Open(const std::string& file, int flags) const {
    return [path = directory_ + file, flags] {
      return open(path.c_str(), flags | O_CLOEXEC, 0644) >= 0;
    };
  }

  PlanFileRule Read(const std::string& file, bool hierarchy) const {
    return {directory_ + file, hierarchy, true, false, false, 16};
  }
  PlanFileRule Write(const std::string& file, bool hierarchy) const {
    return {directory_ + file, hierarchy, false, true, false, 16};
  }

  std::string directory_;
};

TEST_F(LandlockKernelTest, WithoutRulesNothingIsOpened) {
  EXPECT_EQ(Try({}, Open("/in", O_RDONLY)), EACCES);
}

TEST_F(LandlockKernelTest, ReadingAHierarchyIsNoWriting) {
  const std::vector<PlanFileRule> files = {Read("", true)};
  EXPECT_EQ(Try(files, Open("/below/in", O_RDONLY)), 0);
  EXPECT_EQ(Try(files, Open("/below", O_RDONLY | O_DIRECTORY)), 0);
  EXPECT_EQ(Try(files, Open("/below/in", O_WRONLY)), EACCES);
  EXPECT_EQ(Try(files, Open("/below/out", O_WRONLY | O_CREAT)), EACCES);
}

TEST_F(LandlockKernelTest, WritingAHierarchyCreatesAndRemoves) {
  const std::vector<PlanFileRule> files = {Write("", true)};
  EXPECT_EQ(Try(files, Open("/below/out", O_WRONLY | O_CREAT | O_TRUNC)), 0);
  EXPECT_EQ(Try(files, Open("/in", O_RDONLY)), EACCES);
  const std::string path = directory_ + "/in";
  EXPECT_EQ(Try(files, [&] { return unlink(path.c_str()) == 0; }), 0);
}

TEST_F(LandlockKernelTest, OneFileIsNotItsNeighbour) {
  const std::vector<PlanFileRule> files = {Read("/in", false)};
  EXPECT_EQ(Try(files, Open("/in", O_RDONLY)), 0);
  EXPECT_EQ(Try(files, Open("/below/in", O_RDONLY)), EACCES);
}

}  // namespace
}  // namespace bailey::policy
