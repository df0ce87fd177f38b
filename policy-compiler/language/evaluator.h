// The policy's meaning, computed: the judge of every filter.
//
//   Verdict verdict = Evaluate(portion, SeccompData{.number = 41, ...});

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_EVALUATOR_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_EVALUATOR_H_

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

bool Holds(const Comparison& comparison, const SeccompData& data);
bool Holds(const Condition& condition, const SeccompData& data);

// Total: answers for every input.
Verdict Evaluate(Architecture architecture, const PortionPolicy& portion,
                 const SeccompData& data);

// While the portion serves: what the kernel makes of its two filters' answers.
// A denial of the second counts before what the first leaves to the agent
// (errno, kill_process), else the stronger; where they are equal, the second's.
// Without a second filter the same as Evaluate.
Verdict EvaluateServing(Architecture architecture, const PortionPolicy& portion,
                        const SeccompData& data);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_EVALUATOR_H_
