// The text of an inferred policy: its drafts as rules, each below a comment
// that says where the program does it.
//
//   std::string text = InferredText(target, options, libraries, limits,
//   drafts);

#ifndef BAILEY_POLICY_COMPILER_INFER_POLICY_TEXT_H_
#define BAILEY_POLICY_COMPILER_INFER_POLICY_TEXT_H_

#include <string>
#include <vector>

#include "policy-compiler/infer/draft.h"

namespace bailey::policy {

// Nothing of the report can end a comment or a string: control characters are
// replaced.
std::string InferredText(Architecture target, const InferOptions& options,
                         const std::vector<std::string>& libraries,
                         const PlanLimits& limits,
                         const std::vector<RuleDraft>& drafts);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_POLICY_TEXT_H_
