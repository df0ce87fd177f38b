#include "policy-compiler/verify/obligation.h"

#include <fmt/format.h>

#include "common/bpf/filter_stack.h"
#include "policy-compiler/verify/bpf_formula.h"
#include "policy-compiler/verify/policy_formula.h"

namespace bailey::policy {

Result<> Obligation::Validate() const {
  if (stack.empty()) return Fail("there is no filter");
  for (size_t i = 0; i < stack.size(); ++i) {
    const Result<> valid = ValidateBpf(stack[i]);
    if (valid.ok()) continue;
    if (stack.size() == 1) return valid;
    return std::unexpected(
        WithContext(fmt::format("filter {}", i + 1), valid.error()));
  }
  if (stack.size() > 1 && kind == FilterKind::kRuleIndex)
    return Fail("rule indices are no answers of which the kernel takes one");
  return {};
}

z3::expr Obligation::Expected(const Input& input) const {
  const z3::expr returned =
      PolicyFormula(policy, portion, kind, options, input).Returned();
  return effect_only ? EffectFormula(returned) : returned;
}

z3::expr Obligation::Actual(const Input& input) const {
  const z3::expr returned = StackFormula(stack, input);
  return effect_only ? EffectFormula(returned) : returned;
}

uint32_t Obligation::Expected(const Verdict& verdict,
                              const SeccompData& data) const {
  const uint32_t returned = SpecifiedReturn(
      kind, verdict, IsNotifiedAllow(policy.architecture, data.number, options),
      IsSentinel(data, options));
  return effect_only ? EffectiveReturn(returned) : returned;
}

uint32_t Obligation::Actual(const SeccompData& data) const {
  const uint32_t returned = stack.size() == 1
                                ? RunBpf(stack.front(), data).returned
                                : RunBpfStack(stack, data);
  return effect_only ? EffectiveReturn(returned) : returned;
}

}  // namespace bailey::policy
