#include "policy-compiler/language/loader_rules.h"

#include <algorithm>

#include "common/check.h"

namespace bailey::policy {

void AddLoaderRules(const Policy& loader, Policy& policy) {
  CHECK(!loader.portions.empty());
  const auto is_ours = [](const RuleInfo& rule) {
    return rule.is_builtin && rule.file == kLoaderLibrary;
  };
  if (std::ranges::any_of(policy.rules, is_ours)) return;
  const auto shift = static_cast<uint32_t>(policy.rules.size());
  for (RuleInfo info : loader.rules) {
    info.index += shift;
    info.file = kLoaderLibrary;
    info.is_builtin = true;
    policy.rules.push_back(std::move(info));
  }
  for (SyscallRule rule : loader.portions.front().syscalls) {
    CHECK(rule.action.kind == ActionKind::kAllow);
    rule.rule += shift;
    for (PortionPolicy& portion : policy.portions) {
      portion.syscalls.push_back(rule);
    }
  }
}

}  // namespace bailey::policy
