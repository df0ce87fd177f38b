// How the verbs of bailey-policy load a policy and choose a portion.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"

namespace bailey::cli {
namespace {

constexpr size_t kMaxPolicyBytes = size_t{16} << 20;

}  // namespace

std::optional<LoadedPolicy> LoadPolicyFile(const std::string& path) {
  Result<std::string> text = ReadFile(path, kMaxPolicyBytes);
  if (!text.ok()) {
    PrintError(text.error());
    return std::nullopt;
  }
  SourceText source{path, std::move(*text)};
  policy::ParsedPolicy parsed = policy::LoadPolicy(source, FindBuiltinPolicy);
  PrintDiagnostics(parsed.diagnostics);
  if (!parsed.policy) return std::nullopt;
  return LoadedPolicy{std::move(source), *std::move(parsed.policy)};
}

Result<const policy::PortionPolicy*> SelectPortion(const policy::Policy& policy,
                                                   const std::string& name) {
  if (name.empty() && policy.portions.size() == 1)
    return &policy.portions.front();
  if (const policy::PortionPolicy* found = FindPortion(policy, name))
    return found;
  std::vector<std::string> names;
  for (const policy::PortionPolicy& portion : policy.portions)
    names.push_back("`" + portion.name + "`");
  return Fail(
      name.empty() ? "the policy has several portions"
                   : "there is no portion `" + name + "`",
      fmt::format("choose with --portion one of {}", fmt::join(names, ", ")));
}

}  // namespace bailey::cli
