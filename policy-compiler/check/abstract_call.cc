#include "policy-compiler/check/abstract_call.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "policy-compiler/check/value_test.h"
#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

// A call is asked about for each combination of its arguments' values while
// there are no more than this many.
constexpr uint64_t kCombinations = 1024;

bool IsDenial(const Action& action) {
  return action.kind != ActionKind::kAllow && action.kind != ActionKind::kLog;
}

// A masked comparison can be decided without the value in one case that
// matters: the mask is empty.
Certainty HoldsForAnything(const Comparison& comparison) {
  if (comparison.mask != 0) return Certainty::kPerhaps;
  return Holds(comparison, SeccompData{}) ? Certainty::kAlways
                                          : Certainty::kNever;
}

// None where nothing is known.
const std::vector<ValueSet>* KnownValues(
    int argument, const std::vector<ArgumentValues>& arguments) {
  const auto known =
      std::ranges::find(arguments, argument, &ArgumentValues::index);
  if (known == arguments.end() || known->values.empty()) return nullptr;
  return &known->values;
}

void CollectArguments(const Condition& condition, std::set<int>& arguments) {
  if (condition.kind == Condition::Kind::kCompare)
    arguments.insert(condition.comparison.argument);
  for (const Condition& operand : condition.operands)
    CollectArguments(operand, arguments);
}

// A condition on one argument is decided as a whole: each of two values may be
// in a set by another of its members.
std::optional<Certainty> HoldsOfOneArgument(
    const Condition& condition, const std::vector<ArgumentValues>& arguments) {
  std::set<int> compared;
  CollectArguments(condition, compared);
  if (compared.size() != 1) return std::nullopt;
  const int argument = *compared.begin();
  const std::vector<ValueSet>* values = KnownValues(argument, arguments);
  if (values == nullptr) return std::nullopt;
  return HoldsForValues(condition, argument, *values);
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
  PortionPolicy bare;
  bare.otherwise = portion.otherwise;
  bare.clone_constrained = portion.clone_constrained;
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

// The answer to a call whose arguments are looked at one condition at a time.
CallAnswer AnswerAsOne(Architecture architecture, const PortionPolicy& portion,
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

// The values of an argument in parts for which rules are asked one by one: each
// value where they are few, else each set.
std::vector<ValueSet> Parts(const ArgumentValues& argument) {
  std::vector<ValueSet> parts;
  for (const uint64_t value : FewValues(argument.values))
    parts.push_back({value, value});
  return parts.empty() ? argument.values : parts;
}

// The same with one part of each argument: rules may allow them one by one.
std::vector<std::vector<ArgumentValues>> Combinations(
    const std::vector<ArgumentValues>& arguments) {
  std::vector<std::vector<ArgumentValues>> all = {arguments};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::vector<ValueSet> parts = Parts(arguments[i]);
    if (parts.size() < 2 || parts.size() * all.size() > kCombinations) continue;
    std::vector<std::vector<ArgumentValues>> next;
    for (const std::vector<ArgumentValues>& known : all)
      for (const ValueSet& part : parts) {
        next.push_back(known);
        next.back()[i].values = {part};
      }
    all = std::move(next);
  }
  return all;
}

// The arguments of which a comparison sees more bits than the kernel reads
// (`widths full`).
void CollectWider(const Condition& condition, const Syscall& call,
                  std::set<int>& wider) {
  const Comparison& comparison = condition.comparison;
  const auto index = static_cast<size_t>(comparison.argument);
  if (condition.kind == Condition::Kind::kCompare &&
      index < call.arguments.size()) {
    const uint8_t read = call.arguments[index].width_bits;
    if (read < comparison.width_bits && comparison.mask >> read != 0)
      wider.insert(comparison.argument);
  }
  for (const Condition& operand : condition.operands)
    CollectWider(operand, call, wider);
}

// No rule looks at the bits that the kernel does not read: they may be taken
// for zeros, so that a set with known bits has fewer values.
void SetUnreadBits(const Syscall& call, ArgumentValues& known) {
  const auto index = static_cast<size_t>(known.index);
  if (index >= call.arguments.size()) return;
  const uint64_t read = LowBits(call.arguments[index].width_bits);
  for (ValueSet& set : known.values)
    if (set.mask != 0)
      set = ValueSet::WithBits(set.mask | ~read, set.value & read);
}

// What is known of an argument is what the kernel reads of it. A rule that
// compares more has to do with what a caller leaves in the register's rest, of
// which nothing is known.
std::vector<ArgumentValues> WithoutUnreadBits(
    Architecture architecture, const PortionPolicy& portion, uint32_t number,
    std::vector<ArgumentValues> arguments) {
  const Syscall* call = SyscallTable::For(architecture).FindByNumber(number);
  if (call == nullptr) return arguments;
  std::set<int> wider;
  for (const SyscallRule& rule : portion.syscalls)
    if (rule.number == number) CollectWider(rule.when, *call, wider);
  std::erase_if(arguments, [&](const ArgumentValues& known) {
    return wider.contains(known.index);
  });
  for (ArgumentValues& known : arguments) SetUnreadBits(*call, known);
  return arguments;
}

// Of two sets of values together; the rule that denies speaks.
CallAnswer Join(const CallAnswer& a, const CallAnswer& b) {
  const CallAnswer& stricter = b.allowed < a.allowed ? b : a;
  if (a.allowed == b.allowed) return stricter;
  return {Certainty::kPerhaps, stricter.rule};
}

}  // namespace

Certainty Not(Certainty certainty) {
  if (certainty == Certainty::kPerhaps) return certainty;
  return certainty == Certainty::kNever ? Certainty::kAlways
                                        : Certainty::kNever;
}

Certainty Holds(const Condition& condition,
                const std::vector<ArgumentValues>& arguments) {
  if (const auto known = HoldsOfOneArgument(condition, arguments))
    return *known;
  switch (condition.kind) {
    case Condition::Kind::kCompare:
      return HoldsForAnything(condition.comparison);
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
  std::optional<CallAnswer> joined;
  const std::vector<ArgumentValues> known =
      WithoutUnreadBits(architecture, portion, number, arguments);
  for (const std::vector<ArgumentValues>& single : Combinations(known)) {
    const CallAnswer answer =
        AnswerAsOne(architecture, portion, number, single);
    joined = joined ? Join(*joined, answer) : answer;
  }
  return *joined;
}

}  // namespace bailey::policy
