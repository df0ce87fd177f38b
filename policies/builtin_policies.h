// The built-in policy library: the texts that `use "NAME"` finds.
//
//   std::optional<std::string> text = FindBuiltinPolicy("runtime/c");

#ifndef BAILEY_POLICIES_BUILTIN_POLICIES_H_
#define BAILEY_POLICIES_BUILTIN_POLICIES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bailey {

struct BuiltinPolicy {
  std::string_view name;  // "runtime/c"
  std::string_view text;
};

std::span<const BuiltinPolicy> BuiltinPolicies();
std::optional<std::string> FindBuiltinPolicy(std::string_view name);

}  // namespace bailey

#endif  // BAILEY_POLICIES_BUILTIN_POLICIES_H_
