// What the searches of a lint share: the policy in formulas, the solver, and
// where findings go.
//
//   for (NumberFacts& facts : lint.numbers()) ...
//   if (lint.Ask(formula, "...", &data) == LintAnswer::kNo) lint.Report(...);

#ifndef BAILEY_POLICY_COMPILER_VERIFY_LINT_LINT_CONTEXT_H_
#define BAILEY_POLICY_COMPILER_VERIFY_LINT_LINT_CONTEXT_H_

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/verify/call_answers.h"
#include "policy-compiler/verify/lint/lint.h"

namespace bailey::policy {

// The rules of one number, in one portion for one target.
struct NumberFacts {
  const Policy* policy = nullptr;
  const PortionPolicy* portion = nullptr;
  const Syscall* call = nullptr;
  NumberRules rules;            // the first that matches decides
  std::vector<z3::expr> match;  // of each
  Action unmatched;
};

enum class LintAnswer { kNo, kYes, kUnknown };

class LintContext {
 public:
  LintContext(const std::vector<const Policy*>& targets,
              const LintOptions& options);
  LintContext(const LintContext&) = delete;
  LintContext& operator=(const LintContext&) = delete;

  const std::vector<const Policy*>& targets() const { return targets_; }
  const std::deque<NumberFacts>& numbers() const { return numbers_; }
  const Input& input() const { return input_; }
  z3::context& context() { return context_; }

  // Is there such a call? With `data`, its arguments are filled in. What is
  // unknown becomes a doubt about `what`. May throw z3::exception.
  LintAnswer Ask(const z3::expr& formula, const std::string& what,
                 SeccompData* data = nullptr);

  // The same, and what one more unknown of the formula is then.
  LintAnswer AskFor(const z3::expr& formula, const std::string& what,
                    SeccompData& data, const z3::expr& unknown,
                    uint64_t& value);

  // Which of the portion's calls of that number are let through.
  z3::expr Allowed(const Policy& policy, const PortionPolicy& portion,
                   uint32_t number, const Input& input) const;

  static LintWitness Witness(const Policy& policy, const PortionPolicy& portion,
                             const SeccompData& data);

  // Of a rule: its place is the finding's, and rule and subject its key. The
  // same finding of another portion or target is one.
  void Report(std::string_view id, const RuleInfo& rule, std::string subject,
              LintFinding finding);
  LintResult& result() { return result_; }

  // The text that the policy was loaded from.
  bool IsOwn(const Policy& policy, const RuleInfo& rule) const;

 private:
  void AddNumbers(const Policy& policy, const PortionPolicy& portion);
  LintAnswer Check(z3::solver& solver, const std::string& what);

  std::vector<const Policy*> targets_;
  LintOptions options_;
  z3::context context_;
  Input input_;
  std::deque<NumberFacts> numbers_;
  std::set<std::string> reported_;
  LintResult result_;
};

// "`allow syscall read` (a.policy:3)"
std::string RuleWithPlace(const RuleInfo& rule);

const RuleInfo& InfoOf(const Policy& policy, const SyscallRule& rule);

// The searches, one file each.
void FindVainRules(LintContext& lint);
void FindVainComparisons(LintContext& lint);
void FindEscapedConditions(LintContext& lint);
void FindWaysAround(LintContext& lint);
void FindSameDeeds(LintContext& lint);
void FindReachableCredentials(LintContext& lint);
void FindSurprisingErrnos(LintContext& lint);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_LINT_LINT_CONTEXT_H_
