#include "policy-compiler/infer/narrow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "policy-compiler/infer/infer.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

size_t AllowedCalls(const std::vector<SyscallRule>& rules) {
  std::set<uint32_t> numbers;
  for (const SyscallRule& rule : rules)
    if (!IsDenial(rule.action)) numbers.insert(rule.number);
  return numbers.size();
}

Result<> RequireAllResolved(const std::string& portion, const Report& report) {
  if (report.unresolved.empty()) return {};
  const Unresolved& first = report.unresolved.front();
  return Fail(
      fmt::format("portion `{}` cannot be narrowed: of {} places it is not "
                  "known what they call (the first: {}, {}:{})",
                  portion, report.unresolved.size(), first.reason,
                  first.site.file, first.site.line),
      "leave it as it is: it has all that the policy permits it");
}

InferOptions OptionsFor(const PortionPolicy& portion) {
  InferOptions options;
  options.name = portion.name;
  options.libraries.clear();
  options.otherwise = portion.otherwise;
  options.serving_block = false;
  options.ceiling_portion = portion.name;
  return options;
}

// What the portion may do while it serves stays, beside its narrowed rules.
Policy CeilingOf(const Policy& policy, const std::string& portion) {
  Policy ceiling = policy;
  for (PortionPolicy& each : ceiling.portions)
    if (each.name == portion) each.serving.clear();
  return ceiling;
}

// `rules` of a policy of their own, behind those that `policy` has.
void AppendRules(Policy narrow, Policy& policy,
                 std::vector<SyscallRule>& rules) {
  const auto shift = static_cast<uint32_t>(policy.rules.size());
  for (RuleInfo& info : narrow.rules) {
    info.index += shift;
    policy.rules.push_back(std::move(info));
  }
  policy.written_rules = policy.rules.size();
  for (SyscallRule& rule : narrow.portions.front().syscalls) {
    rule.rule += shift;
    rules.push_back(std::move(rule));
  }
}

}  // namespace

Result<Narrowing> NarrowPortion(const std::string& name, const Report& report,
                                const LibraryLookup& library, Policy& policy) {
  const auto portion =
      std::ranges::find(policy.portions, name, &PortionPolicy::name);
  if (portion == policy.portions.end())
    return Fail(fmt::format("the policy has no portion `{}`", name));
  RETURN_IF_ERROR(RequireAllResolved(name, report));
  const Policy ceiling = CeilingOf(policy, name);
  ASSIGN_OR_RETURN(
      InferredPolicy inferred,
      InferPolicy(report, OptionsFor(*portion), library, &ceiling));
  ParsedPolicy parsed = LoadPolicy(
      {fmt::format("{}/narrowed.policy", name), inferred.text}, library);
  if (!parsed.policy) return std::unexpected(ToError(parsed.diagnostics));
  Narrowing narrowing;
  narrowing.calls_before = AllowedCalls(portion->syscalls);
  std::erase_if(portion->syscalls,
                [](const auto& rule) { return !IsDenial(rule.action); });
  // Then clone3 answers ENOSYS, so that programs take clone.
  portion->clone_constrained |=
      parsed.policy->portions.front().clone_constrained;
  AppendRules(*std::move(parsed.policy), policy, portion->syscalls);
  narrowing.calls_after = AllowedCalls(portion->syscalls);
  narrowing.text = std::move(inferred.text);
  return narrowing;
}

}  // namespace bailey::policy
