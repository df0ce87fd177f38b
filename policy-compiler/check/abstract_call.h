// What a policy says of a call whose arguments are only known as sets.
//
//   CallAnswer answer = Answer(architecture, portion, number, arguments);
//   if (answer.certainty == Certainty::kNever) ... no value is allowed
//
// Sound in both directions: kAlways and kNever hold for every value in the
// sets; all else is kPerhaps.

#ifndef BAILEY_POLICY_COMPILER_CHECK_ABSTRACT_CALL_H_
#define BAILEY_POLICY_COMPILER_CHECK_ABSTRACT_CALL_H_

#include <cstdint>
#include <vector>

#include "common/documents/report.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

enum class Certainty { kNever, kPerhaps, kAlways };

Certainty Not(Certainty certainty);

// Whether a condition holds for the arguments; one that is not listed, or has
// no values, can be anything.
Certainty Holds(const Condition& condition,
                const std::vector<ArgumentValues>& arguments);

struct CallAnswer {
  Certainty allowed = Certainty::kNever;
  // The rule that denies, or may deny: the first of the strongest.
  uint32_t rule = kRuleOtherwise;
};

CallAnswer Answer(Architecture architecture, const PortionPolicy& portion,
                  uint32_t number,
                  const std::vector<ArgumentValues>& arguments);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_CHECK_ABSTRACT_CALL_H_
