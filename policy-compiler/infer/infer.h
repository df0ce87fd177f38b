// A first policy for a program, from what its report says it can do.
//
//   ASSIGN_OR_RETURN(InferredPolicy inferred,
//                    InferPolicy(report, options, FindBuiltinPolicy, ceiling));
//   WriteFile(inferred.text);
//   return inferred.exit_code();
//
// The policy builds on libraries, has a rule for each system call of the report
// that they do not cover, each with the place where the program makes it, and
// permits whatever the report has and the ceiling permits: that is checked by
// check/ before the text is given out, and that it stays under the ceiling is
// proved by verify/. The same report gives the same bytes.
//
// What a report with a switch point places in the serving phase becomes the
// policy's `serving` block besides, for the second filter.

#ifndef BAILEY_POLICY_COMPILER_INFER_INFER_H_
#define BAILEY_POLICY_COMPILER_INFER_INFER_H_

#include <optional>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/report.h"
#include "common/result.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct InferOptions {
  std::string name = "inferred";  // the policy's
  std::vector<std::string> libraries = {"runtime/c"};
  Action otherwise = {ActionKind::kKillProcess, 0};
  bool proved_only = false;  // leave over-approximated capabilities out
  // Of this phase alone: the report must have a switch point. None: of all.
  std::optional<Phase> phase = {};
  // Where the report has a switch point, and all phases are asked for.
  bool serving_block = true;
  std::string ceiling_portion = {};  // where the ceiling has several
};

// A capability that is not in the policy as the report has it.
struct LeftOut {
  Capability capability;
  std::string reason;
};

struct InferredPolicy {
  std::string text;
  size_t covered = 0;             // capabilities that the libraries permit
  size_t written = 0;             // that rules of their own permit
  size_t skipped = 0;             // over-approximated ones, with `proved_only`
  size_t unresolved = 0;          // of the report: what nobody could resolve
  std::vector<LeftOut> denied;    // by the ceiling, or no rule can say it
  std::vector<LeftOut> narrowed;  // permitted for the ceiling's values alone
  std::vector<std::string> notes;
  Diagnostics diagnostics;  // warnings about the text

  // 1: the ceiling denies a capability, or a part of a proved one; 3: a part of
  // an over-approximated one.
  int exit_code() const;
};

// `ceiling` may be null. Fails where the report contradicts the table, a
// library is unknown, or the solver could not prove that the policy stays under
// the ceiling.
Result<InferredPolicy> InferPolicy(const Report& report,
                                   const InferOptions& options,
                                   const LibraryLookup& library,
                                   const Policy* ceiling);

// For people: what was left out, and counts.
std::string RenderInferText(const InferredPolicy& inferred);
std::string RenderInferJson(const InferredPolicy& inferred);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_INFER_H_
