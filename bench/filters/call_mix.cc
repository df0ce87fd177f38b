#include "bench/filters/call_mix.h"

#include <algorithm>
#include <set>
#include <string>

#include "common/fd.h"
#include "common/json.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/seccomp/kernel_bitmap.h"

namespace bailey::bench {
namespace {

uint32_t AuditArchitecture() {
  return SyscallTable::For(Architecture::kX8664).audit_arch();
}

SeccompData DataOf(const MixedCall& call) {
  return {.number = call.number,
          .architecture = AuditArchitecture(),
          .arguments = call.arguments};
}

bool IsAllowed(const policy::Policy& policy, const MixedCall& call) {
  const policy::Verdict verdict =
      policy::Evaluate(policy.architecture, policy.portions[0], DataOf(call));
  return verdict.action.kind == policy::ActionKind::kAllow;
}

// Values around which comparisons change their minds.
void CollectValues(const policy::Condition& condition, MixedCall call,
                   std::vector<MixedCall>& calls) {
  if (condition.kind == policy::Condition::Kind::kCompare) {
    const policy::Comparison& comparison = condition.comparison;
    for (const uint64_t value : {comparison.value, comparison.value + 1}) {
      call.arguments[static_cast<size_t>(comparison.argument)] = value;
      calls.push_back(call);
    }
  }
  MixedCall both = call;
  for (const policy::Condition& operand : condition.operands) {
    CollectValues(operand, call, calls);
    if (operand.kind == policy::Condition::Kind::kCompare) {
      both.arguments[static_cast<size_t>(operand.comparison.argument)] =
          operand.comparison.value;
    }
  }
  calls.push_back(both);
}

}  // namespace

Result<CallMix> LoadCallMix() {
  const std::string path = std::string(BAILEY_TESTDATA) + "/seccomp/mix.json";
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const Json document, ParseJson(text, path));
  CallMix mix;
  for (const Json& entry : document["calls"]) {
    const Syscall* call = SyscallTable::For(Architecture::kX8664)
                              .FindByName(entry["syscall"].get<std::string>());
    if (call == nullptr) return Fail("a call of the mix has no number");
    MixedCall mixed{.number = call->number,
                    .weight = entry["weight"].get<double>()};
    size_t at = 0;
    for (const Json& argument : entry["arguments"])
      mixed.arguments[at++] = argument.get<uint64_t>();
    mix.push_back(mixed);
  }
  return mix;
}

CallMix MixUnder(const policy::Policy& policy, const CallMix& mix) {
  CallMix under;
  std::set<uint32_t> mentioned;
  for (const MixedCall& call : mix) {
    mentioned.insert(call.number);
    if (IsAllowed(policy, call)) under.push_back(call);
  }
  for (const policy::SyscallRule& rule : policy.portions[0].syscalls) {
    if (rule.when.operands.empty() || mentioned.contains(rule.number)) continue;
    std::vector<MixedCall> candidates;
    CollectValues(rule.when, {.number = rule.number, .weight = 1}, candidates);
    const auto allowed = std::ranges::find_if(
        candidates,
        [&](const MixedCall& call) { return IsAllowed(policy, call); });
    if (allowed == candidates.end()) continue;
    mentioned.insert(rule.number);
    under.push_back(*allowed);
  }
  return under;
}

FilterCost CostOf(const BpfProgram& program, const CallMix& mix) {
  double all = 0;
  double all_weight = 0;
  double uncached = 0;
  double uncached_weight = 0;
  for (const MixedCall& call : mix) {
    const double executed =
        call.weight * RunBpf(program, DataOf(call)).instructions;
    all += executed;
    all_weight += call.weight;
    if (policy::IsConstantAllow(program, AuditArchitecture(), call.number))
      continue;
    uncached += executed;
    uncached_weight += call.weight;
  }
  FilterCost cost{.size = program.size(), .uncached = {}, .mean = 0};
  if (all_weight > 0) cost.mean = all / all_weight;
  if (uncached_weight > 0) cost.uncached = uncached / uncached_weight;
  return cost;
}

}  // namespace bailey::bench
