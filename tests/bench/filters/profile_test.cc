#include "bench/filters/profile.h"

#include <gtest/gtest.h>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::bench {
namespace {

TEST(LoadProfile, EachEntryHasItsOwnAnswer) {
  const auto docker = LoadProfile("docker", ArgumentWidths::kFull);
  ASSERT_TRUE(docker.ok());
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  const auto answer = [&](std::string_view name) {
    return policy::Evaluate(Architecture::kX8664, docker->portions[0],
                            {.number = table.FindByName(name)->number,
                             .architecture = table.audit_arch()})
        .action;
  };
  EXPECT_EQ(answer("read").kind, policy::ActionKind::kAllow);
  EXPECT_EQ(answer("mount").errno_value, 1);    // the default
  EXPECT_EQ(answer("clone3").errno_value, 38);  // an entry with an error
}

}  // namespace
}  // namespace bailey::bench
