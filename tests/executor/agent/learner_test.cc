#include "executor/agent/learner.h"

#include <gmock/gmock.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cerrno>

namespace bailey::executor {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr uint32_t kRead = 16;

// read is allowed by rule 16, all else denied by 0; /data is shown by rule 17.
class LearnerTest : public testing::Test {
 protected:
  LearnerTest() {
    plan_.portions.resize(1);
    PlanPortion& portion = plan_.portions[0];
    portion.name = "main";
    portion.rules = {{0, "otherwise errno EPERM", "", 0},
                     {kRead, "allow syscall read", "p.policy", 2},
                     {17, "allow file read \"/data/**\"", "p.policy", 3}};
    portion.files = {{"/data", true, true, false, false, 17}};
    AddFilter(FilterKind::kPlain, SECCOMP_RET_ALLOW,
              SECCOMP_RET_ERRNO | uint32_t{EPERM});
    AddFilter(FilterKind::kRuleIndex, kRead, 0);
  }

  void AddFilter(FilterKind kind, uint32_t read, uint32_t other) {
    PlanFilter filter;
    filter.kind = kind;
    filter.program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 0, 1),
                      BPF_STMT(BPF_RET | BPF_K, read),
                      BPF_STMT(BPF_RET | BPF_K, other)};
    plan_.portions[0].filters.push_back(filter);
  }

  Learner Make() const {
    return {LearnMode::kDenying, plan_.portions[0],
            FileView(plan_, plan_.portions[0], {})};
  }

  static SeccompData Call(uint32_t number,
                          std::array<uint64_t, 6> arguments = {}) {
    return {number, AUDIT_ARCH_X86_64, 0, arguments};
  }

  Plan plan_;
};

TEST_F(LearnerTest, CountsTheRulesThatWereUsed) {
  Learner learner = Make();
  learner.Observe(Call(SYS_read), "");
  learner.Observe(Call(SYS_read), "");
  const Learned learned = learner.Finish();
  ASSERT_THAT(learned.uses, SizeIs(1));
  EXPECT_EQ(learned.uses[0].rule.text, "allow syscall read");
  EXPECT_EQ(learned.uses[0].count, 2u);
  EXPECT_THAT(learned.calls, IsEmpty());
}

TEST_F(LearnerTest, JoinsCallsThatAreAlikeInWhatTells) {
  Learner learner = Make();
  learner.Observe(Call(SYS_fcntl, {3, 1, 7}), "");
  learner.Observe(Call(SYS_fcntl, {4, 1, 8}), "");
  // The upper half of an int is nothing.
  learner.Observe(Call(SYS_fcntl, {4, 0x100000001, 8}), "");
  learner.Observe(Call(SYS_fcntl, {3, 2, 7}), "");
  const Learned learned = learner.Finish();
  ASSERT_THAT(learned.calls, SizeIs(2));
  EXPECT_EQ(learned.calls[0].count, 3u);
  EXPECT_EQ(learned.calls[1].count, 1u);
  EXPECT_EQ(learned.calls[0].rule.text, "otherwise errno EPERM");
}

TEST_F(LearnerTest, AFileRuleIsUsedByAPathThatItCovers) {
  Learner learner = Make();
  learner.Observe(Call(SYS_openat), "/data/x");
  learner.Observe(Call(SYS_openat), "/etc/passwd");
  const Learned learned = learner.Finish();
  ASSERT_THAT(learned.uses, SizeIs(1));
  EXPECT_EQ(learned.uses[0].rule.index, 17u);
  ASSERT_THAT(learned.files, SizeIs(1));
  EXPECT_EQ(learned.files[0].path, "/etc/passwd");
  EXPECT_TRUE(learned.files[0].read);
  EXPECT_FALSE(learned.files[0].write);
}

TEST_F(LearnerTest, IsBounded) {
  Learner learner = Make();
  for (uint64_t i = 0; i < kMaxWanted + 10; ++i) {
    learner.Observe(Call(SYS_fcntl, {0, i}), "");
    learner.Observe(Call(SYS_openat), "/etc/" + std::to_string(i));
  }
  const Learned learned = learner.Finish();
  // openat is one kind of call.
  EXPECT_THAT(learned.calls, SizeIs(kMaxWanted));
  EXPECT_THAT(learned.files, SizeIs(kMaxWanted));
  EXPECT_EQ(learned.omitted, 11u + 10u);
}

}  // namespace
}  // namespace bailey::executor
