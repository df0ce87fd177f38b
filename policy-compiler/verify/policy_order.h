// What "stricter" and "looser" mean, of two answers and of two policies.
//
//   Relation relation = CompareActions(ActionOrder::kExact, old, next);
//   total = Joined(total, relation);
//
// docs/policy-tools.md states the order and why.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_POLICY_ORDER_H_
#define BAILEY_POLICY_COMPILER_VERIFY_POLICY_ORDER_H_

#include <string_view>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// Of the new to the old one.
enum class Relation { kEqual, kStricter, kLooser, kIncomparable };

// "equal", "stricter", "looser", "incomparable".
std::string_view RelationName(Relation relation);

// Of a whole, from its parts: differences of both kinds are incomparable.
Relation Joined(Relation a, Relation b);

enum class ActionOrder {
  // allow, log, errno, trap, kill_thread, kill_process, from loose to strict;
  // two errnos are incomparable, since programs take different ways after them.
  kExact,
  // What is permitted alone, as under a ceiling: all denials are equal.
  kPermission,
};

Relation CompareActions(ActionOrder order, const Action& old_action,
                        const Action& new_action);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_POLICY_ORDER_H_
