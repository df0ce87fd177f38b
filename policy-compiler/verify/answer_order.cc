// The order of what the kernel answers.

#include <linux/seccomp.h>

#include "policy-compiler/verify/answer_diff.h"

namespace bailey::policy {
namespace {

// From loose to strict.
int Rank(uint32_t answer) {
  switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return 0;
    case SECCOMP_RET_LOG:
      return 1;
    case SECCOMP_RET_TRACE:
      return 2;
    case SECCOMP_RET_USER_NOTIF:
      return 3;
    case SECCOMP_RET_ERRNO:
      return 4;
    case SECCOMP_RET_TRAP:
      return 5;
    case SECCOMP_RET_KILL_THREAD:
      return 6;
    default:
      return 7;
  }
}

}  // namespace

Relation CompareAnswers(uint32_t old_answer, uint32_t new_answer) {
  if (old_answer == new_answer) return Relation::kEqual;
  const int before = Rank(old_answer), after = Rank(new_answer);
  if (before == after) return Relation::kIncomparable;
  return after > before ? Relation::kStricter : Relation::kLooser;
}

bool MayPermit(uint32_t answer) { return Rank(answer) < 4; }

}  // namespace bailey::policy
