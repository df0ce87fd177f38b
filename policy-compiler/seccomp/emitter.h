// From a decision graph to classic BPF.
//
//   ASSIGN_OR_RETURN(BpfProgram program, EmitBpf(graph, root));

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_EMITTER_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_EMITTER_H_

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {

// The program that returns graph.Evaluate(root, data) for every `data`. Fails
// when that takes more than kMaxBpfInstructions.
Result<BpfProgram> EmitBpf(const DecisionGraph& graph, NodeId root);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_EMITTER_H_
