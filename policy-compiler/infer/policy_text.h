// The text of an inferred policy: its drafts as rules, each below a comment
// that says where the program does it.
//
//   std::string text = InferredText(target, options, limits, all, &serving);

#ifndef BAILEY_POLICY_COMPILER_INFER_POLICY_TEXT_H_
#define BAILEY_POLICY_COMPILER_INFER_POLICY_TEXT_H_

#include <string>
#include <vector>

#include "policy-compiler/infer/draft.h"

namespace bailey::policy {

// What one filter answers.
struct PolicyDraft {
  std::vector<std::string> libraries;
  std::vector<RuleDraft> rules;
};

// Nothing of the report can end a comment or a string: control characters are
// replaced. `serving` is for the second filter; null: there is none.
std::string InferredText(Architecture target, const InferOptions& options,
                         const PlanLimits& limits, const PolicyDraft& all,
                         const PolicyDraft* serving);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_POLICY_TEXT_H_
