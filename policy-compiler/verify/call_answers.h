// What a portion answers to the calls of one number, as formulas over the
// arguments, made from PortionPolicy alone.
//
//   const Deciders deciders = DecidersOf(architecture, portion, number, input);
//   z3::expr allowed = AllowedBy(deciders, input);
//
// One number at a time keeps the questions small: a policy of hundreds of rules
// has a handful for each number.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_CALL_ANSWERS_H_
#define BAILEY_POLICY_COMPILER_VERIFY_CALL_ANSWERS_H_

#include <cstdint>
#include <vector>

#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/input.h"

namespace bailey::policy {

// A rule, or what holds where none matches, with the calls that it decides.
struct Decider {
  const SyscallRule* rule = nullptr;  // null: none matches
  Action action;
  z3::expr when;
};
using Deciders = std::vector<Decider>;

using NumberRules = std::vector<const SyscallRule*>;

// As the language orders them: the first that matches decides.
NumberRules RulesOf(const PortionPolicy& portion, uint32_t number);

// A call of that number, with arguments of 0.
SeccompData CallOf(Architecture architecture, uint32_t number);

// What a number gets that no rule matches.
Action UnmatchedAction(Architecture architecture, const PortionPolicy& portion,
                       uint32_t number);

// In that order, up to the first that matches always. Their conditions exclude
// each other and cover every call of the number. May throw z3::exception.
Deciders DecidersOf(Architecture architecture, const PortionPolicy& portion,
                    uint32_t number, const Input& input);

// Whether a call is let through: allowed, or allowed and recorded.
bool LetsThrough(const Action& action);
z3::expr AllowedBy(const Deciders& deciders, const Input& input);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_CALL_ANSWERS_H_
