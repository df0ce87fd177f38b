// Compiling a policy into as many filters as it needs, proved as one.
//
//   StackTools made = StackToolsWith(emission);
//   ASSIGN_OR_RETURN(FilterProof proof,
//                    CompileAndProvePlain(policy, portion, timeout_ms,
//                                         made.tools));
//   made.stack->size();  // proof.filter is the first; the proof is of all

#ifndef BAILEY_CLI_POLICY_STACKED_FILTERS_H_
#define BAILEY_CLI_POLICY_STACKED_FILTERS_H_

#include <memory>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::cli {

using FilterStack = std::vector<BpfProgram>;

struct StackTools {
  policy::FilterTools tools;
  std::shared_ptr<FilterStack> stack;  // filled by tools.compile
};

StackTools StackToolsWith(const policy::EmissionOptions& emission);

// Fails where an earlier run, whose policy needed more filters or fewer, left a
// file which would be taken for one of these: FILE beside a stack, FILE.1
// beside a single filter, FILE.3 beside two.
Result<> RefuseLeftovers(size_t filters, const std::string& emit,
                         const std::string& output);

// FILE.1, FILE.2, ... in the order in which they are to be installed, as raw
// programs; `emit` must say so.
Result<> WriteStack(const FilterStack& stack, const std::string& emit,
                    const std::string& output);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_STACKED_FILTERS_H_
