// Random policies that the language can write: each comparison is of an
// argument that the call has, in the width and sign that the kernel reads.
//
//   const Policy policy = RandomTablePolicy(seed);

#ifndef BAILEY_TESTS_POLICY_COMPILER_FORMATS_TABLE_POLICY_H_
#define BAILEY_TESTS_POLICY_COMPILER_FORMATS_TABLE_POLICY_H_

#include <random>
#include <vector>

#include "policy-compiler/language/constant.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {

inline std::vector<int> Scalars(const Syscall& call) {
  std::vector<int> indexes;
  for (size_t i = 0; i < call.arguments.size(); ++i)
    if (!call.arguments[i].is_pointer) indexes.push_back(static_cast<int>(i));
  return indexes;
}

inline void FitToCall(const Syscall& call, Condition& condition) {
  for (Condition& operand : condition.operands) FitToCall(call, operand);
  if (condition.kind != Condition::Kind::kCompare) return;
  Comparison& comparison = condition.comparison;
  const std::vector<int> scalars = Scalars(call);
  comparison.argument =
      scalars[static_cast<size_t>(comparison.argument) % scalars.size()];
  const SyscallArgument& argument =
      call.arguments[static_cast<size_t>(comparison.argument)];
  comparison.width_bits = argument.width_bits;
  comparison.is_signed = argument.is_signed;
  const uint64_t all = LowBits(argument.width_bits);
  comparison.value &= all;
  comparison.mask &= all;
  if (comparison.mask == all) comparison.mask = ~uint64_t{0};
}

// Without rules on clone and clone3, whose meanings are tied.
inline Policy RandomTablePolicy(uint64_t seed) {
  std::mt19937_64 random(seed);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
  Policy policy = generator.MakePolicy();
  PortionPolicy& portion = policy.portions[0];
  portion.clone_constrained = false;
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  std::erase_if(portion.syscalls, [&](const SyscallRule& rule) {
    const Syscall& call = *table.FindByNumber(rule.number);
    return call.name == "clone" || call.name == "clone3";
  });
  for (SyscallRule& rule : portion.syscalls) {
    const Syscall& call = *table.FindByNumber(rule.number);
    if (Scalars(call).empty())
      rule.when = {};
    else
      FitToCall(call, rule.when);
  }
  return policy;
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_FORMATS_TABLE_POLICY_H_
