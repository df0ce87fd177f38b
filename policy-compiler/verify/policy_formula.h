// What a policy says that a filter returns, as a formula over the input: the
// specification's side of a proof, made from PortionPolicy alone.
//
//   PolicyFormula formula(policy, portion, kind, options, input);
//   z3::expr expected = formula.Returned();  // 32 bits

#ifndef BAILEY_POLICY_COMPILER_VERIFY_POLICY_FORMULA_H_
#define BAILEY_POLICY_COMPILER_VERIFY_POLICY_FORMULA_H_

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/input.h"

namespace bailey::policy {

// Whether a condition holds, as a Boolean formula. May throw z3::exception.
z3::expr ConditionFormula(const Condition& condition, const Input& input);

// What a filter returns for a verdict. This is the proof's own statement of
// the table in docs/policy-language.md, on purpose not the compiler's.
uint32_t SpecifiedReturn(FilterKind kind, const Verdict& verdict,
                         bool notified_open, bool sentinel);

// Whether an allowed call of that number is notified: NotifyOptions::opens and
// NotifyOptions::allowed.
bool IsNotifiedAllow(Architecture architecture, uint32_t number,
                     const NotifyOptions& options);

// Whether the input is the call that gives the listener away.
bool IsSentinel(const SeccompData& data, const NotifyOptions& options);

class PolicyFormula {
 public:
  // The arguments must outlive the formula, but the options, which it copies.
  PolicyFormula(const Policy& policy, const PortionPolicy& portion,
                FilterKind kind, const NotifyOptions& options,
                const Input& input);

  // May throw z3::exception.
  z3::expr Returned() const;

 private:
  z3::expr Constant(uint32_t value) const;
  z3::expr Leaf(const Verdict& verdict, uint32_t number) const;
  z3::expr ForNumber(uint32_t number) const;
  z3::expr ForRules(std::vector<const SyscallRule*> rules,
                    uint32_t number) const;
  z3::expr ForUnmatched(uint32_t number) const;
  z3::expr ForUnknownNumber() const;
  z3::expr Between(uint32_t first, uint32_t last) const;
  z3::expr IsOneOf(const std::vector<uint32_t>& numbers) const;
  z3::expr IsSentinelCall() const;

  const Policy& policy_;
  const PortionPolicy& portion_;
  const FilterKind kind_;
  const NotifyOptions options_;
  const Input& input_;
  z3::context& context_;
  const Syscall* const clone3_;  // null: the architecture has none
  const std::set<uint32_t> opens_;
  std::map<uint32_t, std::vector<const SyscallRule*>> rules_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_POLICY_FORMULA_H_
