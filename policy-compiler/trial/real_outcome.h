// Whether what the kernel did is what a policy says.
//
//   RealOutcome outcome = JudgeRealCall(verdict.action, free, filtered);

#ifndef BAILEY_POLICY_COMPILER_TRIAL_REAL_OUTCOME_H_
#define BAILEY_POLICY_COMPILER_TRIAL_REAL_OUTCOME_H_

#include <string>

#include "policy-compiler/language/policy.h"
#include "policy-compiler/trial/real_call.h"

namespace bailey::policy {

enum class RealOutcome {
  kNotMade,  // it is not safe to make, or not of this machine
  kUnclear,  // without a filter the kernel answers the same
  kAgrees,
  kDiffers,
};

// `free` is the answer without the filter, `filtered` the one with it. Never
// kNotMade. A thread and a process that are killed look alike.
RealOutcome JudgeRealCall(const Action& action, const RealAnswer& free,
                          const RealAnswer& filtered);

// "the process was killed", for people.
std::string DescribeAnswer(const RealAnswer& answer);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_TRIAL_REAL_OUTCOME_H_
