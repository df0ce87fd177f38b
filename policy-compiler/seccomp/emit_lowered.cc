#include "policy-compiler/seccomp/emit_lowered.h"

#include <fmt/format.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <vector>

#include "common/check.h"
#include "policy-compiler/seccomp/emitter.h"
#include "policy-compiler/seccomp/graph_cost.h"
#include "policy-compiler/seccomp/kernel_bitmap.h"
#include "policy-compiler/seccomp/number_search.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxNamed = 3;

// Whether the kernel's bitmap will answer every call whose ALLOW depends on
// nothing else.
bool KernelCachesAllows(const LoweredPolicy& lowered, Architecture architecture,
                        const BpfProgram& program) {
  auto range = lowered.numbers.begin();
  for (const Syscall& call : SyscallTable::For(architecture).all()) {
    while (range->last < call.number) ++range;
    if (lowered.graph.label(range->node) == SECCOMP_RET_ALLOW &&
        !IsConstantAllow(program, lowered.audit_architecture, call.number)) {
      return false;
    }
  }
  return true;
}

struct LongDecision {
  size_t instructions;
  const Syscall* call;
};

std::string Describe(const LongDecision& decision, const Policy& policy,
                     const PortionPolicy& portion) {
  std::string text =
      fmt::format("`{}` needs {}", decision.call->name, decision.instructions);
  const auto rule = std::ranges::find(portion.syscalls, decision.call->number,
                                      &SyscallRule::number);
  if (rule == portion.syscalls.end()) return text;
  const RuleInfo info = DescribeRule(policy, portion, rule->rule);
  if (info.line > 0) text += fmt::format(" ({}:{})", info.file, info.line);
  return text;
}

}  // namespace

//   ld  [4]                      architecture
//   jeq AUDIT_ARCH, next, foreign
//   ld  [0]                      number
//   ... the search over numbers (number_search.cc)
//   ... tests of arguments (emitter.cc)
//   ret ...
Result<BpfProgram> EmitLowered(LoweredPolicy& lowered,
                               Architecture architecture, FilterKind kind,
                               const EmissionOptions& emission) {
  const NodeId search = BuildNumberSearch(lowered, architecture, emission);
  const NodeId root = lowered.graph.RawBranch(
      EqualTest(kArchitectureWord, lowered.audit_architecture), search,
      lowered.foreign_architecture);
  ASSIGN_OR_RETURN(BpfProgram program, EmitBpf(lowered.graph, root));
  CHECK(ValidateBpf(program).ok());
  CHECK(kind == FilterKind::kRuleIndex ||
        KernelCachesAllows(lowered, architecture, program));
  return program;
}

std::string LongestDecisions(const LoweredPolicy& lowered, const Policy& policy,
                             const PortionPolicy& portion) {
  const GraphCost cost(lowered.graph);
  std::vector<LongDecision> decisions;
  for (const NumberRange& range : lowered.numbers) {
    const Syscall* call =
        SyscallTable::For(policy.architecture).FindByNumber(range.first);
    if (call == nullptr || lowered.graph.label(range.node)) continue;
    decisions.push_back({cost.Size(std::span(&range.node, 1)), call});
  }
  std::ranges::sort(decisions, [](const auto& a, const auto& b) {
    return std::pair(b.instructions, a.call->number) <
           std::pair(a.instructions, b.call->number);
  });
  std::string text;
  for (size_t i = 0; i < std::min(decisions.size(), kMaxNamed); ++i) {
    text += (i == 0 ? "" : ", ") + Describe(decisions[i], policy, portion);
  }
  return text;
}

}  // namespace bailey::policy
