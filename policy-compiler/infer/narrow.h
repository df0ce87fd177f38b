// A portion's policy, narrowed to what its own program can do.
//
//   ASSIGN_OR_RETURN(Narrowing done,
//                    NarrowPortion("signer", report, FindBuiltinPolicy,
//                                  policy));
//
// A policy says for the whole of a program what each portion may do at most,
// often by a library; `report` is of the program that the portion became, and
// says what that can do. What is left permits both: the inferred rules under
// the policy as their ceiling (infer.h proves that), with what the policy
// denies by name as it was. What the report has and the policy denies stays
// denied.

#ifndef BAILEY_POLICY_COMPILER_INFER_NARROW_H_
#define BAILEY_POLICY_COMPILER_INFER_NARROW_H_

#include <cstddef>
#include <string>

#include "common/documents/report.h"
#include "common/result.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct Narrowing {
  size_t calls_before = 0;  // system calls that some rule allows
  size_t calls_after = 0;
  // The rules as a policy of their own, each with its places in the program;
  // the new rules in the policy have lines of it.
  std::string text;
};

// Changes the rules of that portion for system calls, and nothing else: not its
// files, nor what it may do while it serves. Fails where the report could not
// resolve something, or where `otherwise` of the portion is no denial; the
// policy is as it was then.
Result<Narrowing> NarrowPortion(const std::string& portion,
                                const Report& report,
                                const LibraryLookup& library, Policy& policy);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_NARROW_H_
