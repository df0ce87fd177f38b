#include "policy-compiler/check/abstract_call.h"

#include <algorithm>

#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

// Above this many values a set is not enumerated but taken as "anything".
constexpr uint64_t kEnumerated = 256;

Certainty Not(Certainty certainty) {
  if (certainty == Certainty::kPerhaps) return certainty;
  return certainty == Certainty::kNever ? Certainty::kAlways
                                        : Certainty::kNever;
}

bool IsDenial(const Action& action) {
  return action.kind != ActionKind::kAllow && action.kind != ActionKind::kLog;
}

// Number of values, or more than kEnumerated where there are too many.
uint64_t Size(const std::vector<ValueRange>& ranges) {
  uint64_t size = 0;
  for (const ValueRange& range : ranges) {
    const uint64_t width = range.max - range.min;
    if (width >= kEnumerated) return kEnumerated + 1;
    size = std::min(size + width + 1, kEnumerated + 1);
  }
  return size;
}

Certainty Summarize(bool some_hold, bool some_fail) {
  if (some_hold && some_fail) return Certainty::kPerhaps;
  return some_hold ? Certainty::kAlways : Certainty::kNever;
}

Certainty HoldsForValues(const Comparison& comparison,
                         const std::vector<ValueRange>& ranges) {
  bool some_hold = false;
  bool some_fail = false;
  SeccompData data;
  for (const ValueRange& range : ranges) {
    for (uint64_t offset = 0; offset <= range.max - range.min; ++offset) {
      data.arguments[comparison.argument] = range.min + offset;
      (Holds(comparison, data) ? some_hold : some_fail) = true;
    }
  }
  return Summarize(some_hold, some_fail);
}

// A masked comparison can be decided without the value in one case that
// matters: the mask is empty.
Certainty HoldsForAnything(const Comparison& comparison) {
  if (comparison.mask != 0) return Certainty::kPerhaps;
  return Holds(comparison, SeccompData{}) ? Certainty::kAlways
                                          : Certainty::kNever;
}

Certainty HoldsComparison(const Comparison& comparison,
                          const std::vector<ArgumentValues>& arguments) {
  const auto known =
      std::ranges::find(arguments, comparison.argument, &ArgumentValues::index);
  if (known == arguments.end() || known->values.empty() ||
      Size(known->values) > kEnumerated) {
    return HoldsForAnything(comparison);
  }
  return HoldsForValues(comparison, known->values);
}

Certainty HoldsAll(const std::vector<Condition>& operands,
                   const std::vector<ArgumentValues>& arguments) {
  Certainty all = Certainty::kAlways;
  for (const Condition& operand : operands)
    all = std::min(all, Holds(operand, arguments));
  return all;
}

Certainty HoldsAny(const std::vector<Condition>& operands,
                   const std::vector<ArgumentValues>& arguments) {
  Certainty any = Certainty::kNever;
  for (const Condition& operand : operands)
    any = std::max(any, Holds(operand, arguments));
  return any;
}

// The strongest denial that holds at least with `certainty`, or null.
const SyscallRule* StrongestDenial(const PortionPolicy& portion,
                                   uint32_t number,
                                   const std::vector<ArgumentValues>& arguments,
                                   Certainty certainty) {
  const SyscallRule* strongest = nullptr;
  for (const SyscallRule& rule : portion.syscalls) {
    if (rule.number != number || !IsDenial(rule.action)) continue;
    if (Holds(rule.when, arguments) < certainty) continue;
    if (!strongest || rule.action.kind > strongest->action.kind)
      strongest = &rule;
  }
  return strongest;
}

// What the evaluator says where no rule matches.
Verdict UnmatchedVerdict(Architecture architecture,
                         const PortionPolicy& portion, uint32_t number) {
  SeccompData data;
  data.architecture = SyscallTable::For(architecture).audit_arch();
  data.number = number;
  PortionPolicy bare = portion;
  bare.syscalls.clear();
  return Evaluate(architecture, bare, data);
}

Certainty SomeRuleAllows(const PortionPolicy& portion, uint32_t number,
                         const std::vector<ArgumentValues>& arguments) {
  Certainty allowed = Certainty::kNever;
  for (const SyscallRule& rule : portion.syscalls) {
    if (rule.number == number && !IsDenial(rule.action))
      allowed = std::max(allowed, Holds(rule.when, arguments));
  }
  return allowed;
}

}  // namespace

Certainty Holds(const Condition& condition,
                const std::vector<ArgumentValues>& arguments) {
  switch (condition.kind) {
    case Condition::Kind::kCompare:
      return HoldsComparison(condition.comparison, arguments);
    case Condition::Kind::kAll:
      return HoldsAll(condition.operands, arguments);
    case Condition::Kind::kAny:
      return HoldsAny(condition.operands, arguments);
    case Condition::Kind::kNot:
      return Not(Holds(condition.operands.front(), arguments));
  }
  return Certainty::kPerhaps;
}

CallAnswer Answer(Architecture architecture, const PortionPolicy& portion,
                  uint32_t number,
                  const std::vector<ArgumentValues>& arguments) {
  const Verdict unmatched = UnmatchedVerdict(architecture, portion, number);
  if (!SyscallTable::For(architecture).FindByNumber(number))
    return {IsDenial(unmatched.action) ? Certainty::kNever : Certainty::kAlways,
            unmatched.rule};
  if (const SyscallRule* rule =
          StrongestDenial(portion, number, arguments, Certainty::kAlways))
    return {Certainty::kNever, rule->rule};
  // Where `otherwise` allows, no rule needs to.
  const Certainty allowed = IsDenial(unmatched.action)
                                ? SomeRuleAllows(portion, number, arguments)
                                : Certainty::kAlways;
  if (allowed == Certainty::kNever) return {allowed, unmatched.rule};
  if (const SyscallRule* rule =
          StrongestDenial(portion, number, arguments, Certainty::kPerhaps))
    return {Certainty::kPerhaps, rule->rule};
  return {allowed, unmatched.rule};
}

}  // namespace bailey::policy
