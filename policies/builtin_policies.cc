#include "policies/builtin_policies.h"

namespace bailey {

std::optional<std::string> FindBuiltinPolicy(std::string_view name) {
  for (const BuiltinPolicy& policy : BuiltinPolicies())
    if (policy.name == name) return std::string(policy.text);
  return std::nullopt;
}

}  // namespace bailey
