#include "policy-compiler/language/runtime_rules.h"

#include <linux/futex.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/condition.h"
#include "runtime/portion_abi.h"

namespace bailey::policy {
namespace {

constexpr std::string_view kPrefix = "runtime/channel: ";

const Syscall& CallNamed(Architecture architecture, std::string_view name) {
  const Syscall* call = SyscallTable::For(architecture).FindByName(name);
  CHECK(call != nullptr);
  return *call;
}

bool HasRuntimeRules(const Policy& policy) {
  return std::ranges::any_of(policy.rules, [](const RuleInfo& rule) {
    return rule.file.empty() && rule.text.starts_with(kPrefix);
  });
}

void AddRule(Policy& policy, std::string_view call, Condition when,
             std::string_view what) {
  RuleInfo info;
  info.index = kFirstUserRule + static_cast<uint32_t>(policy.rules.size());
  info.text = std::string(kPrefix) + std::string(what);
  const SyscallRule rule{CallNamed(policy.architecture, call).number,
                         std::move(when),
                         {ActionKind::kAllow, 0},
                         info.index};
  for (PortionPolicy& portion : policy.portions) {
    portion.syscalls.push_back(rule);
    for (PortionPolicy& serving : portion.serving)
      serving.syscalls.push_back(rule);
  }
  policy.rules.push_back(std::move(info));
}

Condition Equal(const Policy& policy, std::string_view call,
                std::string_view argument, uint64_t value) {
  return Compare(CompareArgument(CallNamed(policy.architecture, call), argument,
                                 CompareOp::kEqual, value));
}

bool HasServing(const Policy& policy) {
  return std::ranges::any_of(policy.portions, [](const PortionPolicy& portion) {
    return !portion.serving.empty();
  });
}

// In the portions that serve under a second filter: `log` in the first, so that
// the outcome shows the switch; in both, since who was forked from it may say
// so again. Nothing but a filter more can come of it, without a listener.
void AddSwitchRule(Policy& policy, std::string_view call, Condition when,
                   const std::string& text, ActionKind first) {
  RuleInfo info;
  info.index = kFirstUserRule + static_cast<uint32_t>(policy.rules.size());
  info.text = text;
  SyscallRule rule{CallNamed(policy.architecture, call).number,
                   std::move(when),
                   {first, 0},
                   info.index};
  for (PortionPolicy& portion : policy.portions) {
    if (portion.serving.empty()) continue;
    portion.syscalls.push_back(rule);
    rule.action.kind = ActionKind::kAllow;
    portion.serving.front().syscalls.push_back(rule);
    rule.action.kind = first;
  }
  policy.rules.push_back(std::move(info));
}

void AddSwitchRules(Policy& policy) {
  if (!HasServing(policy)) return;
  AddSwitchRule(
      policy, "seccomp",
      AllOf({Equal(policy, "seccomp", "operation", SECCOMP_SET_MODE_FILTER),
             Equal(policy, "seccomp", "flags", SECCOMP_FILTER_FLAG_TSYNC)}),
      BAILEY_SWITCH_RULE, ActionKind::kLog);
  AddSwitchRule(policy, "getpid", {}, "runtime/serving: know who has switched",
                ActionKind::kAllow);
}

}  // namespace

void AddRuntimeRules(Policy& policy) {
  if (HasRuntimeRules(policy)) return;
  // No FUTEX_PRIVATE_FLAG: the two sides are two processes.
  AddRule(policy, "futex",
          AnyOf({Equal(policy, "futex", "futex_op", FUTEX_WAIT),
                 Equal(policy, "futex", "futex_op", FUTEX_WAKE)}),
          "wait for the other portion, and wake it");
  AddRule(policy, "prctl",
          Equal(policy, "prctl", "option", BAILEY_SENTINEL_OPTION),
          "give the filter's listener away");
  AddSwitchRules(policy);
}

}  // namespace bailey::policy
