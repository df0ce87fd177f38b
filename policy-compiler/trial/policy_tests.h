// A policy's `test` blocks, held against its meaning, against the filters that
// are compiled from it and proved, and, for calls that do no harm, against the
// kernel.
//
//   ASSIGN_OR_RETURN(TestReport report, RunPolicyTests(policy));
//   if (!report.passed()) ...

#ifndef BAILEY_POLICY_COMPILER_TRIAL_POLICY_TESTS_H_
#define BAILEY_POLICY_COMPILER_TRIAL_POLICY_TESTS_H_

#include <set>
#include <string>
#include <vector>

#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/plan/plan_builder.h"
#include "policy-compiler/trial/real_outcome.h"

namespace bailey::policy {

struct ExpectationResult {
  Expectation expectation;
  std::string portion;
  Verdict verdict;  // the policy's
  bool as_expected = false;
  std::string filter_fault;  // how a compiled filter differs; empty: none does
  RealOutcome real = RealOutcome::kNotMade;
  std::string real_fault;  // kDiffers: what the kernel did

  bool passed() const {
    return as_expected && filter_fault.empty() && real != RealOutcome::kDiffers;
  }
};

struct TestResult {
  std::string name;
  std::string file;
  int line = 0;
  std::vector<ExpectationResult> results;  // one a portion that it is about
};

struct TestReport {
  std::vector<TestResult> tests;
  // Rules of the text that match a tested call in its portion, and those that
  // match none. File rules whose calls another stands for are in neither.
  std::set<uint32_t> touched;
  std::set<uint32_t> untouched;
  // A filter without a proof: no call was made under it.
  std::vector<UnprovedFilter> unproved;

  bool passed() const;  // every expectation, and every filter is proved
};

// "allowed", "denied", "errno EPERM", ...: what a test expects.
std::string OutcomeName(const Expectation& expectation);

// An error: no filter can be compiled, or the kernel takes none.
Result<TestReport> RunPolicyTests(const Policy& policy,
                                  const ProofOptions& proof = {});

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_TRIAL_POLICY_TESTS_H_
