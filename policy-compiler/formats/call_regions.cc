// One call's rules as regions that do not meet: see call_regions.h.

#include "policy-compiler/formats/call_regions.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "policy-compiler/language/sort_stably.h"

namespace bailey::policy {
namespace {

std::vector<const SyscallRule*> RulesOn(const PortionPolicy& portion,
                                        uint32_t number) {
  std::vector<const SyscallRule*> rules;
  for (const SyscallRule& rule : portion.syscalls)
    if (rule.number == number) rules.push_back(&rule);
  // As the evaluator decides: the strongest, of those the lowest index.
  SortStably(rules, [](const SyscallRule* rule) {
    return std::pair(-static_cast<int>(rule->action.kind), rule->rule);
  });
  return rules;
}

class RegionBuilder {
 public:
  RegionBuilder(const Action& silent, size_t limit)
      : silent_(silent), limit_(limit) {}

  // Whatever is in `wanted` and was not answered before. False: too many.
  bool Answer(const Action& action, const ArgumentCubes& wanted) {
    if (action != silent_) {
      const auto rest = Without(wanted, answered_, limit_);
      if (!rest) return false;
      Add(action, *rest);
    }
    answered_.insert(answered_.end(), wanted.begin(), wanted.end());
    return regions_.size() <= limit_ && answered_.size() <= limit_;
  }

  std::vector<CallRegion> Take() { return std::move(regions_); }

 private:
  void Add(const Action& action, const ArgumentCubes& cubes) {
    if (cubes.empty()) return;
    auto found = std::ranges::find(regions_, action, &CallRegion::action);
    if (found == regions_.end())
      found = regions_.insert(found, CallRegion{action, {}});
    found->cubes.insert(found->cubes.end(), cubes.begin(), cubes.end());
  }

  const Action silent_;
  const size_t limit_;
  ArgumentCubes answered_;
  std::vector<CallRegion> regions_;
};

}  // namespace

Action UnmatchedAction(const PortionPolicy& portion, const Syscall& call) {
  if (portion.clone_constrained && call.name == "clone3")
    return {ActionKind::kErrno, ENOSYS};
  return portion.otherwise;
}

Action StrongestAction(const PortionPolicy& portion, const Syscall& call) {
  Action strongest = UnmatchedAction(portion, call);
  for (const SyscallRule* rule : RulesOn(portion, call.number))
    if (rule->action.kind > strongest.kind) strongest = rule->action;
  return strongest;
}

std::optional<std::vector<CallRegion>> RegionsOf(const PortionPolicy& portion,
                                                 const Syscall& call,
                                                 const Action& silent,
                                                 size_t limit) {
  RegionBuilder builder(silent, limit);
  for (const SyscallRule* rule : RulesOn(portion, call.number)) {
    const auto cubes = CubesOf(rule->when, limit);
    if (!cubes || !builder.Answer(rule->action, *cubes)) return std::nullopt;
  }
  if (!builder.Answer(UnmatchedAction(portion, call), {ArgumentCube{}}))
    return std::nullopt;
  return builder.Take();
}

bool HoldsAlways(const ArgumentCube& cube) {
  return std::ranges::all_of(cube.mask,
                             [](uint64_t mask) { return mask == 0; });
}

}  // namespace bailey::policy
