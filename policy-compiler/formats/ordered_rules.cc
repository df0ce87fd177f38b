#include "policy-compiler/formats/ordered_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/check.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/formats/full_width_text.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

using Differences = std::vector<std::string>;

bool IsWeaker(const Action& action, const Action& than) {
  return action.kind < than.kind;
}

bool AreTwoErrors(const Action& a, const Action& b) {
  return a.kind == ActionKind::kErrno && b.kind == ActionKind::kErrno &&
         a.errno_value != b.errno_value;
}

// One call's rules, one after the other.
class CallRules {
 public:
  CallRules(const Syscall& call, const OrderedPolicy& policy,
            Differences& differences)
      : call_(call),
        policy_(policy),
        differences_(differences),
        texts_(call, policy.widths) {}

  // False where it becomes too much.
  bool Add(const OrderedRule& rule) {
    if (decided_) {
      SayUnreachable(rule);
      return true;
    }
    const size_t unknowns = texts_.unknowns();
    const Condition sure = texts_.Expressible(rule.when, Unknown::kNever);
    if (texts_.unknowns() == unknowns) {
      AddSure(sure, rule);
    } else {
      AddUnsure(sure, texts_.Expressible(rule.when, Unknown::kAlways), rule);
    }
    return parts_ <= kMaxImportedParts;
  }

  std::vector<WrittenRule> Take() {
    DropCovered();
    for (WrittenRule& rule : written_) rule.text = texts_.Text(rule.when);
    return std::move(written_);
  }

  const std::set<std::string>& narrowed() const { return texts_.narrowed(); }

 private:
  struct Earlier {
    Condition when;
    Action action;
    bool sure;  // decides where it holds; else it may only
  };

  void AddSure(const Condition& when, const OrderedRule& rule) {
    if (!Write(when, rule.action)) SayUnreachable(rule);
    earlier_.push_back({when, rule.action, true});
    decided_ = IsAlways(when);
    decider_ = rule.action;
  }

  // Where the rule may hold, it does if that is the stricter answer; else the
  // call is answered as if nothing matched.
  void AddUnsure(const Condition& sure, const Condition& may,
                 const OrderedRule& rule) {
    differences_.push_back(fmt::format(
        "{}: `{}` is tested for {}, which the language does not have: the "
        "rule {} here, which is stricter",
        rule.where, call_.name, fmt::join(texts_.inexpressible(), " and "),
        IsWeaker(rule.action, policy_.otherwise) ? "does not hold by that test"
                                                 : "holds without that test"));
    if (!IsWeaker(rule.action, policy_.otherwise)) {
      Write(may, rule.action);
      earlier_.push_back({sure, rule.action, true});
      earlier_.push_back({may, rule.action, false});
      return;
    }
    AddSure(sure, rule);
    const Condition unsure = Both(may, Negated(sure));
    Write(unsure, policy_.otherwise);
    earlier_.push_back({unsure, policy_.otherwise, false});
  }

  // Without what earlier rules decide otherwise, where the strongest action
  // would not do it; false if nothing is left.
  bool Write(const Condition& wanted, const Action& action) {
    std::vector<Condition> parts{wanted};
    for (const Earlier& earlier : earlier_) {
      const bool gives_way = earlier.sure && IsWeaker(earlier.action, action);
      if (gives_way || AreTwoErrors(earlier.action, action))
        parts.push_back(Negated(earlier.when));
    }
    Condition when = AllHold(std::move(parts));
    if (IsNever(when)) return false;
    parts_ += PartsOf(when);
    written_.push_back({action, std::move(when), ""});
    return true;
  }

  void SayUnreachable(const OrderedRule& rule) {
    if (decided_ && rule.action == decider_) return;
    differences_.push_back(fmt::format(
        "{}: this rule of `{}` ({}) is without effect, as for {}: what stands "
        "before it decides",
        rule.where, call_.name, ActionName(rule.action), policy_.tool));
  }

  void DropCovered() {
    std::vector<Action> whole;
    for (const WrittenRule& rule : written_)
      if (IsAlways(rule.when)) whole.push_back(rule.action);
    std::vector<Action> seen;
    std::erase_if(written_, [&](const WrittenRule& rule) {
      if (std::ranges::find(whole, rule.action) == whole.end()) return false;
      if (!IsAlways(rule.when)) return true;
      const bool again = std::ranges::find(seen, rule.action) != seen.end();
      seen.push_back(rule.action);
      return again;
    });
  }

  const Syscall& call_;
  const OrderedPolicy& policy_;
  Differences& differences_;
  FullWidthTexts texts_;
  std::vector<Earlier> earlier_;
  std::vector<WrittenRule> written_;
  size_t parts_ = 0;
  bool decided_ = false;
  Action decider_;
};

// As the language decides it: portion_checks.cc.
bool IsCloneConstrained(const std::vector<WrittenRule>& clone,
                        const Action& otherwise) {
  bool denied_if = false, allowed_if = false, allowed = false;
  for (const WrittenRule& rule : clone) {
    const bool denial = IsDenial(rule.action);
    if (IsAlways(rule.when))
      allowed = allowed || !denial;
    else
      (denial ? denied_if : allowed_if) = true;
  }
  return denied_if || (allowed_if && !allowed && IsDenial(otherwise));
}

void ResolveClone3(const OrderedPolicy& policy, WrittenRules& rules,
                   Differences& differences) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  const Syscall* const clone = table.FindByName("clone");
  const Syscall* const clone3 = table.FindByName("clone3");
  CHECK(clone != nullptr && clone3 != nullptr);
  const auto found = rules.find(clone->number);
  if (found == rules.end() ||
      !IsCloneConstrained(found->second, policy.otherwise))
    return;
  std::vector<WrittenRule>& own = rules[clone3->number];
  const size_t allows = std::erase_if(
      own, [](const WrittenRule& rule) { return !IsDenial(rule.action); });
  const bool enosys = own.size() == 1 && IsAlways(own[0].when) &&
                      own[0].action == Action{ActionKind::kErrno, 38};
  if (allows == 0 && enosys) return;
  differences.push_back(fmt::format(
      "`clone3` answers ENOSYS here where no denial of it matches, so that the "
      "C library falls back to `clone`, whose arguments the policy limits{}",
      allows > 0 ? "; the source allows it, which is a way around these limits"
                 : ""));
}

}  // namespace

Result<WrittenRules> Unordered(const OrderedPolicy& policy,
                               Differences& differences) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  WrittenRules written;
  std::set<std::string> narrowed;
  size_t parts = 0;
  for (const auto& [number, rules] : policy.calls) {
    const Syscall* const call = table.FindByNumber(number);
    CHECK(call != nullptr);
    CallRules call_rules(*call, policy, differences);
    for (const OrderedRule& rule : rules)
      if (!call_rules.Add(rule))
        return Fail(
            fmt::format("the conditions on `{}` become too large", call->name));
    std::vector<WrittenRule> own = call_rules.Take();
    for (const WrittenRule& rule : own) parts += PartsOf(rule.when);
    if (parts > kMaxImportedParts)
      return Fail("the conditions of the policy become too large");
    narrowed.insert(call_rules.narrowed().begin(), call_rules.narrowed().end());
    if (!own.empty()) written[number] = std::move(own);
  }
  ResolveClone3(policy, written, differences);
  if (!narrowed.empty())
    differences.push_back(fmt::format(
        "compared in the bits that the kernel reads, where {} compares more: a "
        "value with more bits gets the answer of its low ones (`--widths full` "
        "compares all): {}",
        policy.tool, fmt::join(narrowed, ", ")));
  return written;
}

}  // namespace bailey::policy
