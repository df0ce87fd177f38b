// Whether a lifted policy and its filters agree on an input, but for what the
// lift says: for tests and fuzz/lift_fuzzer.cc.
//
//   CheckedLift check(stack, lifted);       // the text loads
//   EXPECT_TRUE(check.Agrees(data));

#ifndef BAILEY_TESTS_POLICY_COMPILER_LIFT_LIFT_CHECK_H_
#define BAILEY_TESTS_POLICY_COMPILER_LIFT_LIFT_CHECK_H_

#include <linux/seccomp.h>

#include <algorithm>
#include <span>
#include <vector>

#include "common/bpf/filter_stack.h"
#include "common/check.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lift/lift.h"

namespace bailey::policy {

class CheckedLift {
 public:
  CheckedLift(std::span<const BpfProgram> stack, const LiftedPolicy& lifted)
      : stack_(stack), lifted_(lifted) {
    ParsedPolicy parsed =
        LoadPolicy({"lifted.policy", lifted.text}, LibraryLookup());
    CHECK(parsed.policy.has_value());
    policy_ = *std::move(parsed.policy);
  }

  const Policy& policy() const { return policy_; }

  uint32_t FilterAnswer(const SeccompData& data) const {
    return EffectiveReturn(RunBpfStack(stack_, data));
  }

  uint32_t PolicyAnswer(const SeccompData& data) const {
    const Action action =
        Evaluate(policy_.architecture, policy_.portions.front(), data).action;
    switch (action.kind) {
      case ActionKind::kAllow:
        return SECCOMP_RET_ALLOW;
      case ActionKind::kLog:
        return SECCOMP_RET_LOG;
      case ActionKind::kErrno:
        return SECCOMP_RET_ERRNO | action.errno_value;
      case ActionKind::kTrap:
        return SECCOMP_RET_TRAP;
      case ActionKind::kKillThread:
        return SECCOMP_RET_KILL_THREAD;
      case ActionKind::kKillProcess:
        return SECCOMP_RET_KILL_PROCESS;
    }
    CHECK(false);
  }

  // Equal, or a difference that is listed; and never looser.
  bool Agrees(const SeccompData& data) const {
    const uint32_t filter = FilterAnswer(data);
    const uint32_t policy = PolicyAnswer(data);
    if (filter == policy) return true;
    if (MayPermit(policy) && !MayPermit(filter)) return false;
    return std::ranges::any_of(
        lifted_.differences, [&](const LiftDifference& difference) {
          return Covers(difference, data, filter, policy);
        });
  }

 private:
  bool Covers(const LiftDifference& difference, const SeccompData& data,
              uint32_t filter, uint32_t policy) const {
    const AnswerDifference& example = difference.example;
    const uint32_t mask =
        example.stands_for_others ? SECCOMP_RET_ACTION_FULL : ~uint32_t{0};
    return (example.old_answer & mask) == (filter & mask) &&
           (example.new_answer & mask) == (policy & mask) &&
           IsPlace(difference, data);
  }

  bool IsPlace(const LiftDifference& difference,
               const SeccompData& data) const {
    const AnswerDifference& example = difference.example;
    const SyscallTable& table = SyscallTable::For(policy_.architecture);
    const bool own = data.architecture == table.audit_arch();
    const Syscall* call = own ? table.FindByNumber(data.number) : nullptr;
    const bool x32 = own && policy_.architecture == Architecture::kX8664 &&
                     data.number >= 0x40000000 && data.number <= 0x7fffffff;
    switch (example.region) {
      case InputRegion::kSyscall:
        return call != nullptr &&
               std::ranges::find(difference.calls, call->name) !=
                   difference.calls.end();
      case InputRegion::kUnknownNumber:
        return own && call == nullptr && !x32;
      case InputRegion::kX32:
        return x32;
      case InputRegion::kForeignArchitecture:
        break;
    }
    return !own &&
           std::ranges::any_of(difference.calls, [&](const std::string& name) {
             const auto known = ForeignName(data.architecture);
             return known.empty() ? name.starts_with("others") : name == known;
           });
  }

  const std::span<const BpfProgram> stack_;
  const LiftedPolicy& lifted_;
  Policy policy_;
};

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_LIFT_LIFT_CHECK_H_
