// Policies and inputs made from a stream of choices: a seeded generator in
// tests, the fuzzer's bytes in fuzz/filter_fuzzer.cc.
//
//   std::mt19937_64 random(seed);
//   PolicyGenerator generator([&](uint64_t bound) { return random() % bound;
//   }); Policy policy = generator.MakePolicy(); for (const SeccompData& data :
//   InterestingInputs(policy)) ...

#ifndef BAILEY_TESTS_POLICY_COMPILER_LOWER_POLICY_GENERATOR_H_
#define BAILEY_TESTS_POLICY_COMPILER_LOWER_POLICY_GENERATOR_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

inline uint64_t WidthMask(const Comparison& comparison) {
  return comparison.width_bits == 64
             ? ~uint64_t{0}
             : (uint64_t{1} << comparison.width_bits) - 1;
}

class PolicyGenerator {
 public:
  // choose(n) is a number below n.
  explicit PolicyGenerator(std::function<uint64_t(uint64_t)> choose,
                           Architecture architecture = Architecture::kX8664)
      : choose_(std::move(choose)), architecture_(architecture) {}

  Policy MakePolicy() {
    Policy policy;
    policy.name = "random";
    policy.architecture = architecture_;
    PortionPolicy portion;
    portion.name = "main";
    portion.otherwise = MakeAction(0);
    portion.clone_constrained = choose_(2) == 1;
    // One errno only: two for one input are no policy.
    errno_ = static_cast<uint16_t>(1 + choose_(100));
    const uint64_t rules = choose_(40);
    for (uint64_t i = 0; i < rules; ++i) {
      portion.syscalls.push_back(MakeRule(policy, portion, i));
    }
    policy.portions.push_back(portion);
    return policy;
  }

  NotifyOptions MakeOptions() {
    NotifyOptions options;
    options.opens = choose_(2) == 1;
    if (choose_(2) == 1) {
      options.sentinel_number = static_cast<uint32_t>(1 + choose_(470));
      options.sentinel_argument0 = MakeValue();
    }
    return options;
  }

  SeccompData MakeInput() {
    SeccompData data{
        .number = static_cast<uint32_t>(choose_(480)),
        .architecture = SyscallTable::For(architecture_).audit_arch(),
        .instruction_pointer = MakeValue()};
    for (uint64_t& argument : data.arguments) argument = MakeValue();
    if (choose_(8) == 0) data.number = static_cast<uint32_t>(MakeValue());
    if (choose_(8) == 0) data.architecture = static_cast<uint32_t>(MakeValue());
    return data;
  }

 private:
  SyscallRule MakeRule(const Policy& policy, const PortionPolicy& portion,
                       uint64_t index) {
    const auto all = SyscallTable::For(policy.architecture).all();
    SyscallRule rule;
    // Often the number of an earlier rule, so that rules meet.
    rule.number = portion.syscalls.empty() || choose_(3) == 0
                      ? all[choose_(all.size())].number
                      : portion.syscalls[choose_(index)].number;
    if (choose_(16) == 0) rule.number = 435;  // clone3 has rules of its own
    rule.action = MakeAction(errno_);
    rule.rule = kFirstUserRule + static_cast<uint32_t>(index);
    if (choose_(4) != 0) rule.when = MakeCondition(3);
    return rule;
  }

  Action MakeAction(uint16_t errno_value) {
    Action action;
    action.kind = static_cast<ActionKind>(choose_(6));
    if (action.kind == ActionKind::kErrno) {
      action.errno_value = errno_value ? errno_value : 1;
    }
    return action;
  }

  Condition MakeCondition(int depth) {
    Condition condition;
    const uint64_t kind = depth == 0 ? 0 : choose_(4);
    condition.kind = static_cast<Condition::Kind>(kind);
    if (condition.kind == Condition::Kind::kCompare) {
      condition.comparison = MakeComparison();
      return condition;
    }
    const bool negation = condition.kind == Condition::Kind::kNot;
    const uint64_t operands = negation ? 1 : choose_(4);
    for (uint64_t i = 0; i < operands; ++i) {
      condition.operands.push_back(MakeCondition(depth - 1));
    }
    return condition;
  }

  Comparison MakeComparison() {
    Comparison comparison;
    comparison.argument = static_cast<int>(choose_(3));
    comparison.width_bits = std::array<uint8_t, 3>{16, 32, 64}[choose_(3)];
    comparison.is_signed = choose_(2) == 1;
    if (choose_(3) == 0) comparison.mask = MakeValue();
    comparison.op = static_cast<CompareOp>(choose_(6));
    comparison.value = MakeValue() & WidthMask(comparison);
    return comparison;
  }

  // Mostly values near an edge.
  uint64_t MakeValue() {
    constexpr std::array<uint64_t, 8> kEdges = {0,
                                                2,
                                                0x8000,
                                                0x7fff'ffff,
                                                0x8000'0000,
                                                0xffff'ffff,
                                                0x8000'0000'0000'0000,
                                                ~uint64_t{0}};
    switch (choose_(4)) {
      case 0:
        return choose_(8);
      case 1:
        return kEdges[choose_(kEdges.size())] + choose_(3) - 1;
      case 2:
        return uint64_t{1} << choose_(64);
      default:
        return choose_(uint64_t{1} << 32) << 32 | choose_(uint64_t{1} << 32);
    }
  }

  std::function<uint64_t(uint64_t)> choose_;
  Architecture architecture_;
  uint16_t errno_ = 1;
};

inline void CollectComparisons(const Condition& condition,
                               std::vector<Comparison>& comparisons) {
  if (condition.kind == Condition::Kind::kCompare) {
    comparisons.push_back(condition.comparison);
  }
  for (const Condition& operand : condition.operands) {
    CollectComparisons(operand, comparisons);
  }
}

// Values of an argument at which a comparison may change its mind: around the
// value, around the sign, with bits that the mask or the width drops.
inline std::set<uint64_t> ValuesAround(const Comparison& comparison) {
  const uint64_t all = WidthMask(comparison);
  const uint64_t sign = (all >> 1) + 1;
  std::set<uint64_t> values;
  for (const uint64_t base :
       {comparison.value, comparison.value | (~comparison.mask & all), sign,
        uint64_t{0}, all}) {
    for (const uint64_t step : {~uint64_t{0}, uint64_t{0}, uint64_t{1}}) {
      values.insert(base + step);
      values.insert(((base + step) & all) | ~all);
    }
    values.insert(base ^ (uint64_t{1} << 32));
  }
  return values;
}

// Inputs derived from the policy: for each rule's number every interesting
// value of each argument it compares, and pairs of them; numbers at edges;
// architectures of others.
inline std::vector<SeccompData> InterestingInputs(const Policy& policy) {
  const uint32_t arch = SyscallTable::For(policy.architecture).audit_arch();
  std::vector<SeccompData> inputs;
  for (uint32_t number = 0; number < 480; ++number) {
    inputs.push_back({.number = number, .architecture = arch});
  }
  for (const uint32_t number :
       {0x3fffffffu, 0x40000000u, 0x40000001u, 0x7fffffffu, 0x80000000u,
        0x80000001u, 0xffffffffu}) {
    inputs.push_back({.number = number, .architecture = arch});
  }
  for (const uint32_t other :
       {0u, 0x40000003u, 0xc00000b7u, 0xc000003eu, arch ^ 1}) {
    inputs.push_back({.number = 1, .architecture = other});
  }
  for (const PortionPolicy& portion : policy.portions) {
    for (const SyscallRule& rule : portion.syscalls) {
      std::vector<Comparison> comparisons;
      CollectComparisons(rule.when, comparisons);
      SeccompData data{.number = rule.number, .architecture = arch};
      for (const Comparison& comparison : comparisons) {
        uint64_t& argument =
            data.arguments[static_cast<size_t>(comparison.argument)];
        for (const uint64_t value : ValuesAround(comparison)) {
          argument = value;
          inputs.push_back(data);
        }
        argument = comparison.value;
        inputs.push_back(data);
      }
    }
  }
  return inputs;
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_LOWER_POLICY_GENERATOR_H_
