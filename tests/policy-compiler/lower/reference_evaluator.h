// A second opinion on what a policy means, for tests: written from
// docs/policy-language.md in the plainest way, and sharing nothing with the
// evaluator, the lowering or the proof.
//
//   Verdict verdict = ReferenceVerdict(policy, portion, data);

#ifndef BAILEY_TESTS_POLICY_COMPILER_LOWER_REFERENCE_EVALUATOR_H_
#define BAILEY_TESTS_POLICY_COMPILER_LOWER_REFERENCE_EVALUATOR_H_

#include <cerrno>
#include <cstdint>
#include <optional>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// The argument as a number: signed ones may be negative, hence 128 bits.
__extension__ using Wide = __int128;

inline Wide ReferenceNumber(uint64_t bits, const Comparison& comparison,
                            bool ordered) {
  const Wide modulus = Wide{1} << comparison.width_bits;
  const Wide number = Wide{bits} % modulus;
  const bool negative =
      ordered && comparison.is_signed && number >= modulus / 2;
  return negative ? number - modulus : number;
}

inline bool ReferenceHolds(const Comparison& comparison,
                           const SeccompData& data) {
  const bool ordered = comparison.op != CompareOp::kEqual &&
                       comparison.op != CompareOp::kNotEqual;
  const uint64_t bits =
      data.arguments[static_cast<size_t>(comparison.argument)] &
      comparison.mask;
  const Wide left = ReferenceNumber(bits, comparison, ordered);
  const Wide right = ReferenceNumber(comparison.value, comparison, ordered);
  switch (comparison.op) {
    case CompareOp::kEqual:
      return left == right;
    case CompareOp::kNotEqual:
      return left != right;
    case CompareOp::kLess:
      return left < right;
    case CompareOp::kLessEqual:
      return left <= right;
    case CompareOp::kGreater:
      return left > right;
    case CompareOp::kGreaterEqual:
      return left >= right;
  }
  return false;
}

inline bool ReferenceHolds(const Condition& condition,
                           const SeccompData& data) {
  size_t holding = 0;
  for (const Condition& operand : condition.operands) {
    holding += ReferenceHolds(operand, data) ? 1 : 0;
  }
  switch (condition.kind) {
    case Condition::Kind::kCompare:
      return ReferenceHolds(condition.comparison, data);
    case Condition::Kind::kAll:
      return holding == condition.operands.size();
    case Condition::Kind::kAny:
      return holding > 0;
    case Condition::Kind::kNot:
      return holding == 0;
  }
  return false;
}

inline std::optional<Verdict> ReferenceBuiltin(const Policy& policy,
                                               const PortionPolicy& portion,
                                               const SeccompData& data) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  if (data.architecture != table.audit_arch()) {
    return Verdict{{ActionKind::kKillProcess}, kRuleForeignArchitecture};
  }
  if (table.audit_arch() == 0xc000003e && data.number >> 30 == 1) {
    return Verdict{{ActionKind::kKillProcess}, kRuleForeignAbi};
  }
  if (table.FindByNumber(data.number) == nullptr) {
    const bool kill = portion.otherwise.kind == ActionKind::kKillThread ||
                      portion.otherwise.kind == ActionKind::kKillProcess;
    return Verdict{
        kill ? portion.otherwise : Action{ActionKind::kErrno, ENOSYS},
        kRuleUnknownNumber};
  }
  return std::nullopt;
}

inline Verdict ReferenceVerdict(const Policy& policy,
                                const PortionPolicy& portion,
                                const SeccompData& data) {
  if (const auto builtin = ReferenceBuiltin(policy, portion, data)) {
    return *builtin;
  }
  std::optional<Verdict> best;
  for (const SyscallRule& rule : portion.syscalls) {
    if (rule.number != data.number || !ReferenceHolds(rule.when, data)) {
      continue;
    }
    const bool stronger = !best || rule.action.kind > best->action.kind;
    const bool earlier =
        best && rule.action.kind == best->action.kind && rule.rule < best->rule;
    if (stronger || earlier) best = Verdict{rule.action, rule.rule};
  }
  if (best) return *best;
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  if (portion.clone_constrained &&
      table.FindByNumber(data.number)->name == "clone3") {
    return {{ActionKind::kErrno, ENOSYS}, kRuleClone3Fallback};
  }
  return {portion.otherwise, kRuleOtherwise};
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_LOWER_REFERENCE_EVALUATOR_H_
