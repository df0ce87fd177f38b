// What a policy says in vain, and what goes around it: each finding with a
// proof, or with a call that was replayed through policy::Evaluate.
//
//   const LintResult result = Lint({&policy, &for_aarch64}, {});
//   std::cout << RenderLintText(result);
//   return result.exit_code();
//
// The kinds of findings are common/findings' LintRules(). Rules of built-in
// libraries are nobody's to change and are not looked at by themselves; what
// they allow counts. What is in vain is found only of the author's own text:
// that a text which others use says more than one of them needs is no fault.
//
// Thread-safe: each call has solvers of its own. No exception leaves.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_LINT_LINT_H_
#define BAILEY_POLICY_COMPILER_VERIFY_LINT_LINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/findings/finding.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// A call that shows what is found.
struct LintWitness {
  SeccompData data;
  Action action;
  std::string rule;  // that decides, with its place
};

struct LintFinding {
  Finding finding;
  Architecture architecture = Architecture::kX8664;
  std::string portion;  // where it was found first; empty: of the text
  std::vector<LintWitness> witnesses;
  std::string proof;  // what the solver has shown, or empty
};

// A question that the solver gave up: nothing is known of it.
struct LintDoubt {
  std::string what;
  std::string reason;
};

struct LintResult {
  std::vector<LintFinding> findings;  // by file and place
  std::vector<LintDoubt> doubts;

  // 1: a finding that is no note and not suppressed; else 3: there are doubts;
  // else 0.
  int exit_code() const;
};

struct LintOptions {
  uint32_t timeout_ms = 2'000;  // for each question; 0 means no limit
};

// All targets of one policy, as it is written.
LintResult Lint(const std::vector<const Policy*>& targets,
                const LintOptions& options);

// Marks what `bailey-ignore` comments of that text suppress, and adds a finding
// for each that is malformed. `file` is what the text's rules say it is.
void SuppressLint(const std::string& file, const std::string& text,
                  LintResult& result);

std::string RenderLintText(const LintResult& result);
// docs/schemas/lint.schema.json.
std::string RenderLintJson(const LintResult& result);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_LINT_LINT_H_
