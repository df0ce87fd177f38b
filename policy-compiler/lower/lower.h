// The lowering: a portion's policy becomes a decision graph for each range of
// system call numbers, whose leaves are what one of its filters returns.
//
//   ASSIGN_OR_RETURN(LoweredPolicy lowered,
//                    LowerPortion(policy, portion, FilterKind::kPlain, {}));
//   lowered.Evaluate(data);  // SECCOMP_RET_*, as the filter will answer
//
// The order of decisions is that of docs/policy-language.md: foreign
// architecture, foreign ABI (x86_64's x32), unknown number, then the strongest
// rule that matches, then clone3's fallback, then `otherwise`.

#ifndef BAILEY_POLICY_COMPILER_LOWER_LOWER_H_
#define BAILEY_POLICY_COMPILER_LOWER_LOWER_H_

#include <cstdint>
#include <vector>

#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {

// The numbers first..last, both included, and what decides them. Its graph
// tests arguments only.
struct NumberRange {
  uint32_t first = 0;
  uint32_t last = 0;
  NodeId node = 0;
};

struct LoweredPolicy {
  uint32_t audit_architecture = 0;  // AUDIT_ARCH_*
  DecisionGraph graph;
  NodeId foreign_architecture = 0;
  // INVARIANT: ascending, from 0 to 2^32 - 1 without a gap, and neighbours
  // differ.
  std::vector<NumberRange> numbers;

  uint32_t Evaluate(const SeccompData& data) const;
};

// Fails on a rule that no parser makes (an argument that is not there, a width
// that the kernel does not have, a value wider than its argument).
Result<LoweredPolicy> LowerPortion(const Policy& policy,
                                   const PortionPolicy& portion,
                                   FilterKind kind,
                                   const NotifyOptions& options);

// The graph of one condition: `if_true` where it holds.
NodeId LowerCondition(DecisionGraph& graph, const Condition& condition,
                      NodeId if_true, NodeId if_false);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LOWER_LOWER_H_
