// What is to be proved of a stack of filters, as a formula and for one input.
//
//   const Obligation obligation{policy, portion, FilterKind::kPlain, {},
//   stack}; z3::expr differ = obligation.Expected(input) !=
//   obligation.Actual(input);

#ifndef BAILEY_POLICY_COMPILER_VERIFY_OBLIGATION_H_
#define BAILEY_POLICY_COMPILER_VERIFY_OBLIGATION_H_

#include <cstdint>
#include <span>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/input.h"

namespace bailey::policy {

// References what it is made of.
struct Obligation {
  const Policy& policy;
  const PortionPolicy& portion;
  FilterKind kind;
  const NotifyOptions& options;
  std::span<const BpfProgram> stack;
  // Compares what the kernel does with the answers (EffectiveReturn), not each
  // of their bits: for filters that others made.
  bool effect_only = false;

  // Nothing can be proved of a stack that the kernel refuses.
  Result<> Validate() const;

  // 32 bits each. May throw z3::exception.
  z3::expr Expected(const Input& input) const;
  z3::expr Actual(const Input& input) const;

  // For one input, by the evaluators.
  uint32_t Expected(const Verdict& verdict, const SeccompData& data) const;
  uint32_t Actual(const SeccompData& data) const;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_OBLIGATION_H_
