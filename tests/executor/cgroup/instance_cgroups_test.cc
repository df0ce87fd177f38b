// The file protocol of both versions against a tree of directories that behaves
// as the kernel's documentation says; the first version also runs for real, in
// tests/executor/limits_test.cc.

#include "executor/cgroup/instance_cgroups.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace bailey::executor {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr PlanLimits kLimits{.memory_bytes = 1 << 20,
                             .wall_ms = 0,
                             .cpu_percent = 50,
                             .pids = 7,
                             .output_bytes = 0};

// A tree in a directory of its own. `processes` is who is in our own cgroup.
class FakeTree : public CgroupFiles {
 public:
  FakeTree() {
    std::string pattern = testing::TempDir() + "cgroups-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~FakeTree() override { fs::remove_all(root_); }

  const std::string& root() const { return root_; }

  // A kernel's files lie in a directory and do not keep it from being removed.
  Result<> Remove(const std::string& path) override {
    if (is_busy_) return FailErrno("busy", EBUSY);
    for (const std::string& name : FilesIn(path)) fs::remove(path + "/" + name);
    removed_.push_back(path.substr(root_.size() + 1));
    return CgroupFiles::Remove(path);
  }

  Result<UniqueFd> MakeLocked(const std::string& path) override {
    ASSIGN_OR_RETURN(UniqueFd lock, CgroupFiles::MakeLocked(path));
    Populate(path);
    return lock;
  }

  void Put(const std::string& path, std::string_view text) {
    std::ofstream(path) << text;
  }
  std::string Text(const std::string& path) const {
    return ReadFile(path).value_or("(none)");
  }

  static std::vector<std::string> FilesIn(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_regular_file()) names.push_back(entry.path().filename());
    }
    return names;
  }

  std::vector<std::string> DirectoriesIn() const { return Children(root_); }

  bool is_busy_ = false;
  std::vector<std::string> removed_;

 protected:
  virtual void Populate(const std::string& path) = 0;

 private:
  std::string root_;
};

class OldTree : public FakeTree {
 public:
  std::vector<OwnCgroup> Own() const {
    return {{Controller::kMemory, root()},
            {Controller::kCpu, root()},
            {Controller::kPids, root()}};
  }

 protected:
  void Populate(const std::string& path) override {
    for (const char* name :
         {"cgroup.procs", "memory.limit_in_bytes", "memory.swappiness",
          "cpu.cfs_quota_us", "cpu.cfs_period_us", "pids.max"}) {
      Put(path + "/" + name, "");
    }
    Put(path + "/memory.oom_control", "under_oom 0\noom_kill 0\n");
  }
};

// cgroup-v2.rst, "No Internal Process Constraint": a cgroup that holds
// processes cannot turn controllers on, the root excepted.
class UnifiedTree : public FakeTree {
 public:
  explicit UnifiedTree(bool is_root = false) : is_root_(is_root) {
    Put(root() + "/cgroup.controllers", "cpuset cpu io memory pids\n");
    Put(root() + "/cgroup.subtree_control", "\n");
    Put(root() + "/cgroup.procs", fmt::format("{}\n", getpid()));
  }

  std::vector<OwnCgroup> Own() const { return {{std::nullopt, root()}}; }

  Result<> Write(const std::string& path, std::string_view text) override {
    writes_.push_back(
        fmt::format("{} > {}", text, path.substr(root().size() + 1)));
    const std::string own = root() + "/cgroup.procs";
    if (path == root() + "/cgroup.subtree_control") {
      if (!is_root_ && Text(own) != "\n") return FailErrno("busy", EBUSY);
      Put(path, text.contains('-') ? "\n" : "cpu memory pids\n");
      return {};
    }
    if (path.ends_with("/cgroup.procs")) {
      const bool back = path == own;
      if (back && !is_root_ && Text(root() + "/cgroup.subtree_control") != "\n")
        return FailErrno("busy", EBUSY);
      Put(own, back ? fmt::format("{}\n", getpid()) : "\n");
      return {};
    }
    return CgroupFiles::Write(path, text);
  }

  std::vector<std::string> writes_;

 protected:
  void Populate(const std::string& path) override {
    Put(path + "/cgroup.procs", "\n");
    if (Text(root() + "/cgroup.subtree_control") == "\n") return;
    for (const char* name :
         {"memory.max", "memory.oom.group", "cpu.max", "pids.max"}) {
      Put(path + "/" + name, "");
    }
    Put(path + "/memory.events", "oom 0\noom_kill 0\n");
  }

 private:
  bool is_root_;
};

TEST(InstanceCgroupsTest, TheOldVersionHasADirectoryAController) {
  OldTree files;
  InstanceCgroups cgroups(files, files.Own());
  cgroups.Place("main", kLimits);
  for (const Controller controller : kControllers) {
    EXPECT_EQ(cgroups.Gap(controller), "");
    EXPECT_TRUE(cgroups.Limits("main", controller));
  }
  EXPECT_EQ(cgroups.Mechanism(Controller::kCpu), "cgroup v1 cpu");
  EXPECT_THAT(*cgroups.EntriesFor("main"), SizeIs(3));
  EXPECT_THAT(*cgroups.EntriesFor("other"), IsEmpty());
  ASSERT_THAT(files.DirectoriesIn(), SizeIs(3));
  std::string limits;
  for (const std::string& name : files.DirectoriesIn()) {
    limits += files.Text(files.root() + "/" + name + "/pids.max");
  }
  EXPECT_EQ(limits, "7");  // in its own hierarchy's alone
  cgroups.Remove();
  EXPECT_THAT(files.DirectoriesIn(), IsEmpty());
}

TEST(InstanceCgroupsTest, PortionsWithoutLimitsHaveNone) {
  OldTree files;
  InstanceCgroups cgroups(files, files.Own());
  cgroups.Place("main", PlanLimits{});
  EXPECT_THAT(files.DirectoriesIn(), IsEmpty());
  EXPECT_FALSE(cgroups.Limits("main", Controller::kMemory));
  EXPECT_EQ(cgroups.Gap(Controller::kMemory), "");
}

TEST(InstanceCgroupsTest, AFileThatCannotBeWrittenIsAGap) {
  OldTree files;
  InstanceCgroups cgroups(
      files, {{Controller::kMemory, files.root()},
              {Controller::kPids, files.root() + "/no/such/place"}});
  cgroups.Place("main", kLimits);
  EXPECT_EQ(cgroups.Gap(Controller::kMemory), "");
  EXPECT_THAT(cgroups.Gap(Controller::kPids), HasSubstr("cannot make"));
  EXPECT_THAT(cgroups.Gap(Controller::kCpu), HasSubstr("no cgroup hierarchy"));
  EXPECT_FALSE(cgroups.Limits("main", Controller::kPids));
  EXPECT_TRUE(cgroups.Limits("main", Controller::kMemory));
}

TEST(InstanceCgroupsTest, KillsForMemoryAreThePortionsOwn) {
  OldTree files;
  InstanceCgroups cgroups(files, {{Controller::kMemory, files.root()}});
  cgroups.Place("main", kLimits);
  EXPECT_EQ(cgroups.OomKills("main"), 0u);
  const std::string name = files.DirectoriesIn().at(0);
  files.Put(files.root() + "/" + name + "/memory.oom_control",
            "under_oom 0\noom_kill 2\n");
  EXPECT_EQ(cgroups.OomKills("main"), 2u);
  EXPECT_EQ(cgroups.OomKills("other"), 0u);
}

// Untested on a v2 host: this is what its documentation says.
TEST(InstanceCgroupsTest, TheUnifiedVersionGoesToALeafFirst) {
  UnifiedTree files;
  InstanceCgroups cgroups(files, files.Own());
  cgroups.Place("main", kLimits);
  cgroups.Place("signer", kLimits);
  EXPECT_EQ(cgroups.Gap(Controller::kMemory), "");
  EXPECT_EQ(cgroups.Mechanism(Controller::kMemory), "cgroup v2 memory");
  // Ours, and one a portion for all controllers.
  EXPECT_THAT(files.DirectoriesIn(), SizeIs(3));
  EXPECT_THAT(*cgroups.EntriesFor("main"), SizeIs(1));
  ASSERT_THAT(files.writes_, SizeIs(testing::Ge(3u)));
  EXPECT_EQ(files.writes_[0], "+memory +cpu +pids > cgroup.subtree_control");
  EXPECT_THAT(
      files.writes_[1],
      testing::MatchesRegex("0 > bailey-run-[0-9]+-[0-9]+/cgroup.procs"));
  EXPECT_EQ(files.writes_[2], files.writes_[0]);
  EXPECT_THAT(files.writes_, testing::Contains(HasSubstr("50000 100000 > ")));
  cgroups.Remove();
  EXPECT_THAT(files.DirectoriesIn(), IsEmpty());
  EXPECT_EQ(files.Text(files.root() + "/cgroup.subtree_control"), "\n");
  EXPECT_EQ(files.Text(files.root() + "/cgroup.procs"),
            fmt::format("{}\n", getpid()));
}

TEST(InstanceCgroupsTest, TheUnifiedRootNeedsNoLeaf) {
  UnifiedTree files(/*is_root=*/true);
  InstanceCgroups cgroups(files, files.Own());
  cgroups.Place("main", kLimits);
  EXPECT_EQ(cgroups.Gap(Controller::kPids), "");
  EXPECT_THAT(files.DirectoriesIn(), SizeIs(1));
}

TEST(InstanceCgroupsTest, AUnifiedCgroupThatIsSharedIsAGap) {
  UnifiedTree files;
  files.Put(files.root() + "/cgroup.procs", fmt::format("1\n{}\n", getpid()));
  InstanceCgroups cgroups(files, files.Own());
  cgroups.Place("main", kLimits);
  EXPECT_THAT(cgroups.Gap(Controller::kMemory), HasSubstr("other processes"));
  EXPECT_THAT(files.DirectoriesIn(), IsEmpty());
}

TEST(InstanceCgroupsTest, AUnifiedControllerThatWasNotDelegatedIsAGap) {
  UnifiedTree files(/*is_root=*/true);
  files.Put(files.root() + "/cgroup.controllers", "memory pids\n");
  InstanceCgroups cgroups(files, files.Own());
  cgroups.Place("main", kLimits);
  EXPECT_THAT(cgroups.Gap(Controller::kCpu), HasSubstr("no cgroup hierarchy"));
  EXPECT_EQ(cgroups.Gap(Controller::kMemory), "");
}

TEST(InstanceCgroupsTest, TheSweepTakesOnlyWhatIsOursAndAbandoned) {
  OldTree files;
  const std::string root = files.root();
  const UniqueFd alive = files.MakeLocked(root + "/bailey-run-1-0").value();
  for (const char* name :
       {"/bailey-run-2-0", "/bailey-run-x-0", "/bailey-run-2", "/other",
        "/bailey-run-2-0x", "/bailey-run--1"}) {
    ASSERT_EQ(mkdir((root + name).c_str(), 0755), 0);
  }
  SweepCgroups(files, {{Controller::kMemory, root}});
  EXPECT_THAT(files.removed_, ElementsAre("bailey-run-2-0"));
  EXPECT_TRUE(fs::exists(root + "/bailey-run-1-0"));
}

// A process that is on its way out keeps rmdir from succeeding.
TEST(InstanceCgroupsTest, WhatIsStillBusyStaysForTheNextSweep) {
  OldTree files;
  {
    InstanceCgroups cgroups(files, {{Controller::kPids, files.root()}});
    cgroups.Place("main", kLimits);
    files.is_busy_ = true;
  }
  EXPECT_THAT(files.DirectoriesIn(), SizeIs(1));
  files.is_busy_ = false;
  SweepCgroups(files, {{Controller::kPids, files.root()}});
  EXPECT_THAT(files.DirectoriesIn(), IsEmpty());
}

TEST(InstanceCgroupsTest, AnothersDirectoryIsNotTaken) {
  OldTree files;
  ASSERT_TRUE(files.MakeLocked(files.root() + "/bailey-run-1-1").ok());
  EXPECT_FALSE(files.MakeLocked(files.root() + "/bailey-run-1-1").ok());
}

}  // namespace
}  // namespace bailey::executor
