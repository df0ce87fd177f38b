#include "policy-compiler/verify/policy_order.h"

#include "common/check.h"

namespace bailey::policy {
namespace {

bool Denies(const Action& action) { return action.kind > ActionKind::kLog; }

}  // namespace

std::string_view RelationName(Relation relation) {
  switch (relation) {
    case Relation::kEqual:
      return "equal";
    case Relation::kStricter:
      return "stricter";
    case Relation::kLooser:
      return "looser";
    case Relation::kIncomparable:
      return "incomparable";
  }
  CHECK(false);
}

Relation Joined(Relation a, Relation b) {
  if (a == b || b == Relation::kEqual) return a;
  return a == Relation::kEqual ? b : Relation::kIncomparable;
}

Relation CompareActions(ActionOrder order, const Action& old_action,
                        const Action& new_action) {
  if (old_action == new_action) return Relation::kEqual;
  const bool both_deny = Denies(old_action) && Denies(new_action);
  if (order == ActionOrder::kPermission && both_deny) return Relation::kEqual;
  // Equal kinds that differ are two errnos.
  if (old_action.kind == new_action.kind) return Relation::kIncomparable;
  return new_action.kind > old_action.kind ? Relation::kStricter
                                           : Relation::kLooser;
}

}  // namespace bailey::policy
