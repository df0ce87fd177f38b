#include "policy-compiler/language/evaluator.h"

#include <algorithm>
#include <cerrno>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {
namespace {

// Numbers of the x32 ABI, which the kernel serves under x86_64's architecture
// word: __X32_SYSCALL_BIT set, bit 31 clear. On others they are no numbers.
bool IsX32(Architecture architecture, uint32_t number) {
  return architecture == Architecture::kX8664 && number >= 0x40000000 &&
         number <= 0x7fffffff;
}

uint64_t WidthMask(uint8_t width_bits) {
  CHECK(width_bits >= 1 && width_bits <= 64);
  return ~uint64_t{0} >> (64 - width_bits);
}

int64_t SignExtended(uint64_t value, uint8_t width_bits) {
  const int unused = 64 - width_bits;
  // SAFETY: since C++20 the conversion is two's complement and >> of a negative
  // value is arithmetic.
  return static_cast<int64_t>(value << unused) >> unused;
}

template <class T>
bool Compared(CompareOp op, T left, T right) {
  switch (op) {
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
  CHECK(false);
}

bool IsKill(const Action& action) {
  return action.kind == ActionKind::kKillThread ||
         action.kind == ActionKind::kKillProcess;
}

constexpr Action kKill{ActionKind::kKillProcess, 0};
constexpr Action kNoSuchCall{ActionKind::kErrno, ENOSYS};

// What a known number gets when no rule matches it.
Verdict Unmatched(const PortionPolicy& portion, const Syscall& call) {
  if (portion.clone_constrained && call.name == "clone3")
    return {kNoSuchCall, kRuleClone3Fallback};
  return {portion.otherwise, kRuleOtherwise};
}

// Stronger first; of equals the rule with the lower index.
bool Decides(const SyscallRule& candidate, const SyscallRule& best) {
  if (candidate.action.kind != best.action.kind)
    return candidate.action.kind > best.action.kind;
  return candidate.rule < best.rule;
}

}  // namespace

bool Holds(const Comparison& comparison, const SeccompData& data) {
  CHECK(comparison.argument >= 0 && comparison.argument < 6);
  const uint64_t argument =
      data.arguments[static_cast<size_t>(comparison.argument)];
  const uint8_t width = comparison.width_bits;
  const uint64_t left = argument & comparison.mask & WidthMask(width);
  if (!comparison.is_signed)
    return Compared(comparison.op, left, comparison.value);
  return Compared(comparison.op, SignExtended(left, width),
                  SignExtended(comparison.value, width));
}

bool Holds(const Condition& condition, const SeccompData& data) {
  const auto holds = [&](const Condition& operand) {
    return Holds(operand, data);
  };
  switch (condition.kind) {
    case Condition::Kind::kCompare:
      return Holds(condition.comparison, data);
    case Condition::Kind::kAll:
      return std::ranges::all_of(condition.operands, holds);
    case Condition::Kind::kAny:
      return std::ranges::any_of(condition.operands, holds);
    case Condition::Kind::kNot:
      return !holds(condition.operands[0]);
  }
  CHECK(false);
}

Verdict Evaluate(Architecture architecture, const PortionPolicy& portion,
                 const SeccompData& data) {
  const SyscallTable& table = SyscallTable::For(architecture);
  if (data.architecture != table.audit_arch())
    return {kKill, kRuleForeignArchitecture};
  if (IsX32(architecture, data.number)) return {kKill, kRuleForeignAbi};
  const Syscall* call = table.FindByNumber(data.number);
  if (call == nullptr) {
    const bool kill = IsKill(portion.otherwise);
    return {kill ? portion.otherwise : kNoSuchCall, kRuleUnknownNumber};
  }
  const SyscallRule* best = nullptr;
  for (const SyscallRule& rule : portion.syscalls) {
    if (rule.number != data.number || !Holds(rule.when, data)) continue;
    if (best == nullptr || Decides(rule, *best)) best = &rule;
  }
  if (best == nullptr) return Unmatched(portion, *call);
  return {best->action, best->rule};
}

// What the first filter leaves to the agent, which the kernel asks only where
// no filter denies by itself.
static bool IsAsked(const Action& action) {
  return action.kind == ActionKind::kErrno ||
         action.kind == ActionKind::kKillProcess;
}

Verdict EvaluateServing(Architecture architecture, const PortionPolicy& portion,
                        const SeccompData& data) {
  Verdict verdict = Evaluate(architecture, portion, data);
  for (const PortionPolicy& serving : portion.serving) {
    const Verdict second = Evaluate(architecture, serving, data);
    if (IsAsked(verdict.action) && second.action.kind > ActionKind::kLog)
      return second;
    if (second.action.kind >= verdict.action.kind) verdict = second;
  }
  return verdict;
}

}  // namespace bailey::policy
