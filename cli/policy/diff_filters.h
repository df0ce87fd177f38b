// `bailey policy diff` where OLD or NEW is a raw filter: a file whose name ends
// in `.bpf`. The filter itself is compared, on all inputs.
//
//   if (IsFilterFile(old) || IsFilterFile(next)) return DiffFilters(...);

#ifndef BAILEY_CLI_POLICY_DIFF_FILTERS_H_
#define BAILEY_CLI_POLICY_DIFF_FILTERS_H_

#include <string>

#include "common/result.h"
#include "policy-compiler/verify/policy_diff.h"

namespace bailey::cli {

struct FilterDiffOptions {
  std::string old_file, new_file;
  std::string architecture;  // empty: every target of the policy
  std::string format = "text";
  policy::DiffOptions diff;
  policy::DiffView view;
};

// Prints the differences; the exit code of `diff`.
Result<int> DiffFilters(const FilterDiffOptions& options);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_DIFF_FILTERS_H_
