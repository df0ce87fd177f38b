#include "bench/rivals/rival.h"

#include <linux/seccomp.h>

#include <map>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/lower/filter_return.h"

namespace bailey::bench {
namespace {

uint32_t ReturnOf(const policy::Action& action) {
  return policy::FilterReturn(FilterKind::kPlain, {action, 0}, {}, {});
}

Result<Alternative> AlternativeOf(const policy::Condition& condition) {
  if (condition.kind == policy::Condition::Kind::kCompare)
    return Alternative{condition.comparison};
  if (condition.kind != policy::Condition::Kind::kAll)
    return Fail("a condition is no conjunction");
  Alternative all;
  for (const policy::Condition& operand : condition.operands) {
    if (operand.kind != policy::Condition::Kind::kCompare)
      return Fail("a condition is no conjunction of comparisons");
    all.push_back(operand.comparison);
  }
  return all;
}

}  // namespace

Result<RivalProfile> MakeRivalProfile(const policy::Policy& policy,
                                      const CallMix& mix) {
  const policy::PortionPolicy& portion = policy.portions[0];
  std::map<uint32_t, RivalCall> calls;
  std::map<uint32_t, bool> unconditional;
  for (const policy::SyscallRule& rule : portion.syscalls) {
    RivalCall& call = calls[rule.number];
    const uint32_t answer = ReturnOf(rule.action);
    if (call.answer != 0 && call.answer != answer)
      return Fail("a call has rules with several actions");
    call.number = rule.number;
    call.answer = answer;
    ASSIGN_OR_RETURN(Alternative all, AlternativeOf(rule.when));
    if (all.empty()) unconditional[rule.number] = true;
    call.any.push_back(std::move(all));
  }
  for (const auto& [number, always] : unconditional) calls[number].any.clear();
  for (const MixedCall& call : mix) {
    const auto at = calls.find(call.number);
    if (at != calls.end()) at->second.frequency = call.weight;
  }
  RivalProfile profile{
      .audit_architecture = SyscallTable::For(policy.architecture).audit_arch(),
      .otherwise = ReturnOf(portion.otherwise),
      .foreign = SECCOMP_RET_KILL_PROCESS,
      .calls = {}};
  for (auto& [number, call] : calls) profile.calls.push_back(std::move(call));
  return profile;
}

}  // namespace bailey::bench
