// `assert` statements resolved: names looked up, groups opened, ceilings found.
//
//   AssertionResolver resolver(policy, groups);
//   resolver.Resolve(statement, syntax, text, portion);
//   // policy.assertions has it, unless an error was reported
//
// And the rules of a command line, `--never 'socket(family == AF_PACKET)'`:
//
//   AssertedRule rule = ParseAssertedRule(AssertionKind::kNever, text,
//   targets);

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_ASSERTIONS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_ASSERTIONS_H_

#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/groups.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/language/texts.h"

namespace bailey::policy {

inline constexpr size_t kMaxAssertions = 1'000;
// In all of them, members of groups counted where they are used.
inline constexpr size_t kMaxAssertedCalls = 10'000;

class AssertionResolver {
 public:
  // Both must outlive it.
  AssertionResolver(Policy& policy, Groups& groups)
      : policy_(policy), groups_(groups) {}

  // `portion`: the one in whose block it stands, or null.
  void Resolve(const Statement& statement, const AssertStatement& syntax,
               PolicyText& text, const PortionPolicy* portion);

 private:
  bool FindPortion(const AssertStatement& syntax, PolicyText& text,
                   const PortionPolicy* portion, Assertion& assertion);
  void AddPattern(const SyscallPattern& pattern, PolicyText& text,
                  Assertion& assertion);
  void AddGroup(const Group& group, Assertion& assertion);
  bool Count(const SyscallPattern& pattern, PolicyText& text);
  bool FindCeiling(const AssertStatement& syntax, PolicyText& text,
                   Assertion& assertion);

  Policy& policy_;
  Groups& groups_;
  size_t count_ = 0;
  std::set<const SyscallPattern*> looked_at_;  // a group's, of which one warns
};

// One rule of a command line, for each target in their order.
struct AssertedRule {
  std::vector<Assertion> by_target;  // empty: it has errors
  Diagnostics diagnostics;
};

// `name` is what positions are called in diagnostics, such as "--never".
AssertedRule ParseAssertedRule(AssertionKind kind, const SourceText& rule,
                               std::span<const Architecture> targets);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_ASSERTIONS_H_
