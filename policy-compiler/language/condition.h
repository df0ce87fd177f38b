// Argument expressions to conditions: names looked up, values made to fit the
// argument's width, and what a filter cannot see refused.
//
//   std::optional<Condition> when =
//       ResolveCondition(expression, architecture, widths, call, report);
//   if (when && IsAlwaysFalse(*when)) report.Warning(...);

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_CONDITION_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_CONDITION_H_

#include <optional>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// `call` is of the architecture's table, `widths` are those of the text.
// Nothing after an error; every error of the expression is reported.
std::optional<Condition> ResolveCondition(const ArgumentExpression& expression,
                                          Architecture architecture,
                                          Widths widths, const Syscall& call,
                                          TextReporter& report);

// Conditions by hand, for the rules that Bailey adds. Values must fit.
Condition Compare(const Comparison& comparison);
Condition AllOf(std::vector<Condition> operands);
Condition AnyOf(std::vector<Condition> operands);

// A comparison of a named argument, its width taken from the table. The names
// are ours: an unknown one is a CHECK.
Comparison CompareArgument(const Syscall& call, std::string_view argument,
                           CompareOp op, uint64_t value,
                           uint64_t mask = ~uint64_t{0});

// True for the condition of a rule without one.
bool IsUnconditional(const Condition& condition);
// Without a solver: true only if it is so, false also when it is not seen.
bool IsAlwaysFalse(const Condition& condition);
bool IsAlwaysTrue(const Condition& condition);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_CONDITION_H_
