#include "policy-compiler/verify/call_classes.h"

#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

class ChangeCounter {
 public:
  ChangeCounter(const ClassQuestions& questions, CallChanges& changes)
      : questions_(questions), changes_(changes) {}

  void Count(const Deciders& before, const Deciders& after) {
    for (const Decider& one : before)
      for (const Decider& other : after) CountPair(one, other);
    if (allowed_ == 0 && denied_ == 0) return;
    const z3::expr old_allows = AllowedBy(before, questions_.input);
    const z3::expr new_allows = AllowedBy(after, questions_.input);
    // Entirely: no call was on the other side before, and none is now.
    Add(allowed_, IsNever(old_allows) && IsNever(!new_allows),
        changes_.allowed);
    Add(denied_, IsNever(!old_allows) && IsNever(new_allows), changes_.denied);
  }

 private:
  void CountPair(const Decider& one, const Decider& other) {
    const bool was = LetsThrough(one.action);
    if (was == LetsThrough(other.action)) return;
    if (++asked_ > kMaxClassQuestions) {
      changes_.at_least = true;
      return;
    }
    if (!IsNever(one.when && other.when)) ++(was ? denied_ : allowed_);
  }

  // What is unknown counts as a change: nothing is played down.
  bool IsNever(const z3::expr& formula) {
    const z3::expr simple = formula.simplify();
    if (simple.is_false()) return true;
    if (simple.is_true()) return false;
    const z3::check_result found =
        SolverFor(questions_.context, simple, questions_.timeout_ms).check();
    if (found == z3::unknown) changes_.at_least = true;
    return found == z3::unsat;
  }

  static void Add(size_t classes, bool entirely, PermissionChange& change) {
    if (classes == 0) return;
    ++(entirely ? change.entirely : change.in_part);
    change.classes += classes;
  }

  const ClassQuestions& questions_;
  CallChanges& changes_;
  size_t asked_ = 0;
  size_t allowed_ = 0;
  size_t denied_ = 0;
};

}  // namespace

void CountChanges(const ClassQuestions& questions, const Deciders& before,
                  const Deciders& after, CallChanges& changes) {
  ChangeCounter(questions, changes).Count(before, after);
}

}  // namespace bailey::policy
