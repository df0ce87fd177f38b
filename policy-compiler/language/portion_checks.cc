#include "policy-compiler/language/portion_checks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/file_rules.h"
#include "policy-compiler/language/ways_around.h"

namespace bailey::policy {
namespace {

bool IsAllow(const SyscallRule& rule) { return !IsDenial(rule.action); }

std::string Key(const Condition& condition) {
  const Comparison& c = condition.comparison;
  std::string key = std::to_string(static_cast<int>(condition.kind)) + "(";
  if (condition.kind == Condition::Kind::kCompare) {
    key += std::to_string(c.argument) + "," + std::to_string(c.width_bits) +
           (c.is_signed ? "s" : "u") + std::to_string(c.mask) + "," +
           std::to_string(static_cast<int>(c.op)) + "," +
           std::to_string(c.value);
  }
  for (const Condition& operand : condition.operands) key += Key(operand);
  return key + ")";
}

class Checker {
 public:
  Checker(Policy& policy, const std::vector<RulePlace>& places)
      : policy_(policy), places_(places) {}

  void Run() {
    for (PortionPolicy& portion : policy_.portions) {
      CheckCredentials(portion);
      CheckErrnos(portion);
      CheckClone(portion);
      CheckOpenat2(portion);
      WarnOfWaysAround(portion);
      WarnOfUserNamespaces(portion);
      WarnOfOpenEnds(portion);
      for (PortionPolicy& serving : portion.serving) {
        CheckErrnos(serving);
        CheckClone(serving);
      }
    }
  }

 private:
  // Nothing on an architecture that lacks the call, as aarch64 lacks open.
  std::optional<uint32_t> NumberOf(std::string_view name) const {
    const Syscall* call =
        SyscallTable::For(policy_.architecture).FindByName(name);
    return call ? std::optional(call->number) : std::nullopt;
  }

  // Of a call that every architecture has.
  uint32_t KnownNumberOf(std::string_view name) const {
    const auto number = NumberOf(name);
    CHECK(number.has_value());
    return *number;
  }

  // A rule of the policy is in every portion: each finding is shown once.
  bool IsNew(std::string_view kind, uint32_t rule, uint64_t detail) {
    return reported_.emplace(kind, rule, detail).second;
  }

  const RulePlace& PlaceOf(uint32_t rule) const {
    CHECK(rule >= kFirstUserRule && rule - kFirstUserRule < places_.size());
    return places_[rule - kFirstUserRule];
  }

  void ErrorOf(uint32_t rule, std::string message, std::string hint) {
    const RulePlace& place = PlaceOf(rule);
    place.report->Error(place.span, std::move(message), std::move(hint));
  }

  std::string PositionOf(uint32_t rule) const {
    const RuleInfo& info = policy_.rules[rule - kFirstUserRule];
    return info.file + ":" + std::to_string(info.line);
  }

  void CheckCredentials(const PortionPolicy& portion) {
    for (const PlanCredential& credential : policy_.credentials) {
      const bool uses =
          std::ranges::find(portion.credentials, credential.name) !=
          portion.credentials.end();
      if (uses || credential.source != CredentialSource::kFile) continue;
      for (const PlanFileRule& file : portion.files)
        if (Covers(file, credential.path)) Uncover(portion, file, credential);
    }
  }

  void Uncover(const PortionPolicy& portion, const PlanFileRule& file,
               const PlanCredential& credential) {
    ErrorOf(file.rule,
            "the rule covers `" + credential.path +
                "`, the source of the "
                "credential " +
                Quoted(credential.name) + ", which the portion " +
                Quoted(portion.name) + " does not use",
            "name narrower paths, or move the rule into the portions that use "
            "the credential");
  }

  static bool HasUnconditional(const PortionPolicy& portion, uint32_t number,
                               auto const& wanted) {
    return std::ranges::any_of(portion.syscalls, [&](const SyscallRule& rule) {
      return rule.number == number && IsUnconditional(rule.when) &&
             wanted(rule);
    });
  }

  // Denials with equal conditions; the solver finds those that merely overlap.
  void CheckErrnos(const PortionPolicy& portion) {
    std::map<std::pair<uint32_t, std::string>, const SyscallRule*> first;
    for (const SyscallRule& rule : portion.syscalls) {
      if (rule.action.kind != ActionKind::kErrno) continue;
      const auto [other, added] =
          first.try_emplace({rule.number, Key(rule.when)}, &rule);
      if (added || other->second->action == rule.action) continue;
      const auto stronger = [](const SyscallRule& candidate) {
        return candidate.action.kind > ActionKind::kErrno;
      };
      if (HasUnconditional(portion, rule.number, stronger)) continue;
      if (!IsNew("errno", rule.rule, rule.number)) continue;
      ErrorOf(rule.rule,
              "one call gets two errors: `" + ActionName(rule.action) +
                  "` here and `" + ActionName(other->second->action) +
                  "` from " + PositionOf(other->second->rule),
              "rules have no order: keep one of them");
    }
  }

  // Whether some values of the call's arguments are refused, by a condition.
  bool IsConstrained(const PortionPolicy& portion, uint32_t number) const {
    bool denied_if = false, allowed_if = false;
    for (const SyscallRule& rule : portion.syscalls) {
      if (rule.number != number || IsUnconditional(rule.when)) continue;
      (IsAllow(rule) ? allowed_if : denied_if) = true;
    }
    if (denied_if) return true;
    return allowed_if && IsDenial(portion.otherwise) &&
           !HasUnconditional(portion, number, IsAllow);
  }

  void CheckClone(PortionPolicy& portion) {
    portion.clone_constrained = IsConstrained(portion, KnownNumberOf("clone"));
    if (!portion.clone_constrained) return;
    const uint32_t clone3 = KnownNumberOf("clone3");
    for (const SyscallRule& rule : portion.syscalls) {
      if (rule.number != clone3 || !IsAllow(rule)) continue;
      if (!IsNew("clone3", rule.rule, 0)) continue;
      ErrorOf(rule.rule,
              "`clone3` is a way around the limits on the arguments of "
              "`clone`: its flags lie behind a pointer",
              "leave it out: it answers ENOSYS then, and the C library falls "
              "back to `clone`; or allow `clone` without a condition");
    }
  }

  void Warn(const PortionPolicy& portion, uint32_t number, std::string message,
            const std::string& hint) {
    for (const SyscallRule& rule : portion.syscalls) {
      if (rule.number != number || !IsAllow(rule)) continue;
      if (!IsNew("around", rule.rule, number)) continue;
      const RulePlace& place = PlaceOf(rule.rule);
      place.report->Warning(place.span, message, hint);
    }
  }

  void CheckOpenat2(const PortionPolicy& portion) {
    const auto open = NumberOf("open");
    const bool constrained = IsConstrained(portion, KnownNumberOf("openat")) ||
                             (open && IsConstrained(portion, *open));
    if (!constrained) return;
    Warn(portion, KnownNumberOf("openat2"),
         "`openat2` is a way around the limits on the flags of `open` and "
         "`openat`: its own lie behind a pointer",
         "leave it out: the C library falls back to `openat`");
  }

  void WarnOfWaysAround(const PortionPolicy& portion) {
    // Without a denial there is nothing to go around.
    const bool denies =
        IsDenial(portion.otherwise) ||
        std::ranges::any_of(portion.syscalls, [](const SyscallRule& rule) {
          return IsDenial(rule.action);
        });
    if (!denies) return;
    for (const WayAround& way : kWaysAround) {
      const std::string name(way.call);
      const uint32_t number = KnownNumberOf(way.call);
      const auto denied = [](const SyscallRule& r) { return !IsAllow(r); };
      if (HasUnconditional(portion, number, denied)) continue;
      Warn(portion, number,
           "`" + name + "` is a way around the other rules of " +
               Quoted(portion.name) + ": it " + std::string(way.why),
           "");
    }
  }

  // clone, too, makes user namespaces; a condition shows that its author knows.
  void WarnOfUserNamespaces(const PortionPolicy& portion) {
    if (!IsDenial(portion.otherwise)) return;
    const uint32_t clone = KnownNumberOf("clone");
    const auto denied = [](const SyscallRule& rule) { return !IsAllow(rule); };
    if (!HasUnconditional(portion, clone, IsAllow) ||
        HasUnconditional(portion, clone, denied) ||
        IsConstrained(portion, clone))
      return;
    Warn(portion, clone,
         "`clone` is a way around the other rules of " + Quoted(portion.name) +
             ": it makes user namespaces, in which it has capabilities",
         "`clone(flags & CLONE_NEWUSER == 0)` leaves them out");
  }

  static bool IsNamed(const PortionPolicy& portion, uint32_t number) {
    return std::ranges::any_of(portion.syscalls, [&](const SyscallRule& rule) {
      return rule.number == number;
    });
  }

  // Whether `otherwise` alone decides the call, and allows it.
  bool FallsThrough(const PortionPolicy& portion, std::string_view name) const {
    if (name == "clone3" && portion.clone_constrained) return false;
    const auto number = NumberOf(name);
    return number && !IsNamed(portion, *number);
  }

  void WarnOfOpenEnds(const PortionPolicy& portion) {
    if (IsDenial(portion.otherwise)) return;
    for (const SyscallRule& rule : portion.syscalls) {
      if (!IsAllow(rule)) WarnOfSameDeed(portion, rule);
    }
    const auto denial = std::ranges::find_if(
        portion.syscalls, [](const SyscallRule& r) { return !IsAllow(r); });
    if (denial == portion.syscalls.end()) return;
    std::string names;
    for (const WayAround& way : kWaysAround) {
      if (!FallsThrough(portion, way.call)) continue;
      names += (names.empty() ? "`" : ", `") + std::string(way.call) + "`";
    }
    if (names.empty() || !IsNew("ways", denial->rule, 0)) return;
    const RulePlace& place = PlaceOf(denial->rule);
    place.report->Warning(
        place.span, "`otherwise` allows what goes around denials: " + names,
        "deny by default, as in `otherwise errno EPERM;`, or deny these too");
  }

  void WarnOfSameDeed(const PortionPolicy& portion, const SyscallRule& rule) {
    const std::string_view denied =
        SyscallTable::For(policy_.architecture).FindByNumber(rule.number)->name;
    for (const auto& group : kSameDeed) {
      if (std::ranges::find(group, denied) == group.end()) continue;
      for (const std::string_view name : group) {
        if (name.empty() || !FallsThrough(portion, name)) continue;
        if (!IsNew("same", rule.rule, KnownNumberOf(name))) continue;
        const RulePlace& place = PlaceOf(rule.rule);
        place.report->Warning(place.span,
                              "`" + std::string(name) + "` does what `" +
                                  std::string(denied) +
                                  "` does, and `otherwise` allows it",
                              "deny it too, or deny by default");
      }
    }
  }

  Policy& policy_;
  const std::vector<RulePlace>& places_;
  std::set<std::tuple<std::string, uint32_t, uint64_t>> reported_;
};

}  // namespace

void CheckPortions(Policy& policy, const std::vector<RulePlace>& places) {
  Checker(policy, places).Run();
}

}  // namespace bailey::policy
