// One call's paths as rules.

#include "policy-compiler/lift/call_rules.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "common/bpf/filter_stack.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/lift/merge_cubes.h"

namespace bailey::policy {
namespace {

struct WeakFirst {
  bool operator()(const Action& a, const Action& b) const {
    return std::pair(a.kind, a.errno_value) < std::pair(b.kind, b.errno_value);
  }
};
using CubesByAction = std::map<Action, std::vector<CallCube>, WeakFirst>;

constexpr Action kNoSuchCall{ActionKind::kErrno, ENOSYS};

bool IsWhole(const std::vector<CallCube>& cubes) {
  return cubes.size() == 1 && IsWholeCall(cubes.front());
}

// Two errnos may not meet: the least is taken for all.
void UniteErrnos(CubesByAction& answers) {
  std::vector<CallCube> cubes;
  std::optional<Action> least;
  for (auto at = answers.begin(); at != answers.end();) {
    if (at->first.kind != ActionKind::kErrno) {
      ++at;
      continue;
    }
    if (!least) least = at->first;
    cubes.insert(cubes.end(), at->second.begin(), at->second.end());
    at = answers.erase(at);
  }
  if (least) answers[*least] = std::move(cubes);
}

// The weakest answer can be a rule for the whole call, since those that are
// stronger override it; but two errnos may not meet.
void GeneraliseWeakest(CubesByAction& answers) {
  const ActionKind weakest = answers.begin()->first.kind;
  const auto same = std::ranges::count_if(
      answers, [&](const auto& each) { return each.first.kind == weakest; });
  if (same == 1) answers.begin()->second = {CallCube{}};
}

// What is weaker than a rule for the whole call says nothing.
void DropOverridden(CubesByAction& answers) {
  for (auto at = answers.end(); at != answers.begin();) {
    --at;
    if (!IsWhole(at->second)) continue;
    answers.erase(answers.begin(), at);
    return;
  }
}

std::string ReasonOf(uint32_t returned) {
  switch (returned & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_TRACE:
      return "a tracer answers, which the language does not have: ENOSYS, as "
             "without one";
    case SECCOMP_RET_USER_NOTIF:
      return "a supervisor answers, which the language does not have: ENOSYS, "
             "as without one";
    case SECCOMP_RET_TRAP:
      return "the signal carries a number, which the language does not have";
    case SECCOMP_RET_ERRNO:
      return "the call returns 0 without being made, which the language does "
             "not have: EPERM";
    default:
      return "";
  }
}

bool IsOwnAnswer(uint32_t returned) {
  const uint32_t data = returned & SECCOMP_RET_DATA;
  switch (returned & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_USER_NOTIF:
      return false;
    case SECCOMP_RET_TRAP:
      return data == 0;
    case SECCOMP_RET_ERRNO:
      return data != 0;
    default:
      return true;
  }
}

// A call's answers with the cubes that get them, merged.
CubesByAction AnswersOf(const std::vector<FilterPath>& paths,
                        std::set<std::string>& reasons) {
  CubesByAction answers;
  for (const FilterPath& path : paths) {
    const uint32_t returned = EffectiveReturn(path.returned);
    if (!IsOwnAnswer(returned)) reasons.insert(ReasonOf(returned));
    for (const std::string& what : path.inexact)
      reasons.insert("it depends on " + what +
                     ": the strictest of the answers is taken");
    answers[ActionFor(returned)].push_back(path.when);
  }
  const bool inexact = std::ranges::any_of(
      paths, [](const FilterPath& path) { return !path.inexact.empty(); });
  if (inexact) UniteErrnos(answers);
  for (auto& [action, cubes] : answers) cubes = MergeCubes(std::move(cubes));
  return answers;
}

bool Allows(const Action& action) { return !IsDenial(action); }

}  // namespace

Action ActionFor(uint32_t returned) {
  const uint32_t effect = EffectiveReturn(returned);
  const auto data = static_cast<uint16_t>(effect & SECCOMP_RET_DATA);
  switch (effect & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return {ActionKind::kAllow, 0};
    case SECCOMP_RET_LOG:
      return {ActionKind::kLog, 0};
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_USER_NOTIF:
      return {ActionKind::kErrno, ENOSYS};
    case SECCOMP_RET_ERRNO:
      return {ActionKind::kErrno, data == 0 ? uint16_t{EPERM} : data};
    case SECCOMP_RET_TRAP:
      return {ActionKind::kTrap, 0};
    case SECCOMP_RET_KILL_THREAD:
      return {ActionKind::kKillThread, 0};
    default:
      return {ActionKind::kKillProcess, 0};
  }
}

LiftedCall RulesOfCall(const std::vector<FilterPath>& paths,
                       const Action& otherwise, Clone3 clone3) {
  LiftedCall call;
  CubesByAction answers = AnswersOf(paths, call.reasons);
  const bool inexact = std::ranges::any_of(
      paths, [](const FilterPath& path) { return !path.inexact.empty(); });
  const bool limited = clone3 == Clone3::kLimited;
  if (limited && std::erase_if(answers, [](const auto& each) {
                   return Allows(each.first);
                 }) > 0)
    call.reasons.insert(
        "clone3's flags lie behind a pointer: where clone's are limited it "
        "answers ENOSYS");
  // What is left to `otherwise` is what no rule is for: every answer has one,
  // where paths may meet or clone3 has an `otherwise` of its own.
  if (!inexact && !limited) {
    if (answers.erase(otherwise) == 0 && !answers.empty())
      GeneraliseWeakest(answers);
  }
  DropOverridden(answers);
  for (auto& [action, cubes] : answers) {
    const bool alone = answers.size() == 1 && IsWhole(cubes);
    const bool unruled = limited
                             ? action == kNoSuchCall && alone
                             : action == otherwise && (alone || Allows(action));
    if (!cubes.empty() && !unruled)
      call.rules.push_back({action, std::move(cubes)});
  }
  return call;
}

bool LimitsClone(const LiftedCall& clone, const Action& otherwise) {
  bool allowed_whole = false, allowed_partly = false;
  for (const LiftedRule& rule : clone.rules) {
    const bool whole = IsWhole(rule.cubes);
    if (!Allows(rule.action) && !whole) return true;
    if (Allows(rule.action)) (whole ? allowed_whole : allowed_partly) = true;
  }
  return IsDenial(otherwise) && allowed_partly && !allowed_whole;
}

}  // namespace bailey::policy
