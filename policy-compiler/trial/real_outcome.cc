#include "policy-compiler/trial/real_outcome.h"

#include "common/syscalls/constants.h"

namespace bailey::policy {
namespace {

std::string ErrnoText(int64_t value) {
  const std::string_view name = ErrnoName(static_cast<int>(value));
  return name.empty() ? std::to_string(value) : std::string(name);
}

// Two processes may see other numbers, never another error.
bool IsSameAnswer(const RealAnswer& a, const RealAnswer& b) {
  if (a.kind != b.kind) return false;
  return a.value == b.value || (a.value >= 0 && b.value >= 0);
}

bool Agrees(const Action& action, const RealAnswer& free,
            const RealAnswer& filtered) {
  switch (action.kind) {
    case ActionKind::kAllow:
    case ActionKind::kLog:
      return IsSameAnswer(free, filtered);
    case ActionKind::kErrno:
      return filtered.kind == RealAnswer::Kind::kReturned &&
             filtered.value == -int64_t{action.errno_value};
    case ActionKind::kTrap:
      return filtered.kind == RealAnswer::Kind::kTrapped;
    case ActionKind::kKillThread:
    case ActionKind::kKillProcess:
      break;
  }
  return filtered.kind == RealAnswer::Kind::kKilled;
}

// Whether the answer without a filter leaves anything to be seen.
bool IsTelling(const Action& action, const RealAnswer& free) {
  if (free.kind != RealAnswer::Kind::kReturned) return false;
  return action.kind != ActionKind::kErrno ||
         free.value != -int64_t{action.errno_value};
}

}  // namespace

RealOutcome JudgeRealCall(const Action& action, const RealAnswer& free,
                          const RealAnswer& filtered) {
  if (!Agrees(action, free, filtered)) return RealOutcome::kDiffers;
  return IsTelling(action, free) ? RealOutcome::kAgrees : RealOutcome::kUnclear;
}

std::string DescribeAnswer(const RealAnswer& answer) {
  switch (answer.kind) {
    case RealAnswer::Kind::kReturned:
      if (answer.value >= 0) return "the call was made";
      return "the kernel answered errno " + ErrnoText(-answer.value);
    case RealAnswer::Kind::kTrapped:
      return "the process got SIGSYS";
    case RealAnswer::Kind::kKilled:
      return "the process was killed";
    case RealAnswer::Kind::kNoAnswer:
      break;
  }
  return "the process did not answer";
}

}  // namespace bailey::policy
