// Action words to actions.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_ACTION_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_ACTION_H_

#include <optional>

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

bool IsDenial(const Action& action);

// Nothing after an error, which was reported.
std::optional<Action> ResolveAction(const ActionSyntax& syntax,
                                    TextReporter& report);

// The action of a rule. `otherwise` is what a `deny` without `then` takes;
// `span` is the rule's keyword, for the error that it takes nothing.
std::optional<Action> ResolveRuleAction(const SyscallStatement& rule,
                                        SourceSpan span,
                                        const Action& otherwise,
                                        TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_ACTION_H_
