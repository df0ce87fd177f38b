#include "policy-compiler/language/policy.h"

#include <algorithm>

#include "common/check.h"
#include "common/syscalls/constants.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

std::string ErrnoText(uint16_t value) {
  const std::string_view name = ErrnoName(value);
  return name.empty() ? std::to_string(value) : std::string(name);
}

// The answer to a number that no table knows, from the judge itself.
Action UnknownNumberAction(const Policy& policy, const PortionPolicy& portion) {
  SeccompData data;
  data.number = ~uint32_t{0};
  data.architecture = SyscallTable::For(policy.architecture).audit_arch();
  return Evaluate(policy.architecture, portion, data).action;
}

std::string BuiltinText(const Policy& policy, const PortionPolicy& portion,
                        uint32_t rule) {
  switch (rule) {
    case kRuleOtherwise:
      return "otherwise " + ActionName(portion.otherwise);
    case kRuleForeignArchitecture:
      return "system calls of a foreign architecture: kill_process";
    case kRuleForeignAbi:
      return "system calls of the x32 ABI: kill_process";
    case kRuleUnknownNumber:
      return "numbers of no known system call: " +
             ActionName(UnknownNumberAction(policy, portion));
    case kRuleClone3Fallback:
      return "clone3, whose flags no filter sees, where clone's are "
             "constrained: errno ENOSYS";
    default:
      return "rule " + std::to_string(rule) + ", which does not exist";
  }
}

}  // namespace

std::string ActionName(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return "allow";
    case ActionKind::kLog:
      return "log";
    case ActionKind::kErrno:
      return "errno " + ErrnoText(action.errno_value);
    case ActionKind::kTrap:
      return "trap";
    case ActionKind::kKillThread:
      return "kill_thread";
    case ActionKind::kKillProcess:
      return "kill_process";
  }
  CHECK(false);
}

const PortionPolicy* FindPortion(const Policy& policy, std::string_view name) {
  const auto found =
      std::ranges::find(policy.portions, name, &PortionPolicy::name);
  return found == policy.portions.end() ? nullptr : &*found;
}

RuleInfo DescribeRule(const Policy& policy, const PortionPolicy& portion,
                      uint32_t rule) {
  if (rule >= kFirstUserRule && rule - kFirstUserRule < policy.rules.size())
    return policy.rules[rule - kFirstUserRule];
  RuleInfo info;
  info.index = rule;
  info.text = BuiltinText(policy, portion, rule);
  return info;
}

}  // namespace bailey::policy
