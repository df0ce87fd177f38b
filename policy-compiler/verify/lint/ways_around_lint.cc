// Calls by which a portion goes around its other rules: allowed next to
// denials, shown by a call that gets through. Where a filter sees what makes
// the call one (clone's flags, ioctl's operation), only such a call counts.

#include <fmt/format.h>
#include <linux/sched.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "common/findings/rules.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/ways_around.h"
#include "policy-compiler/verify/lint/lint_context.h"
#include "policy-compiler/verify/policy_formula.h"

namespace bailey::policy {
namespace {

// A call that is a way around with some arguments.
struct ConditionalWay {
  std::string_view call;
  std::string_view argument;
  uint64_t bits;  // of the argument
  bool is_flag;   // one of them is enough; else the argument is these
  std::string_view why;
};

constexpr ConditionalWay kConditionalWays[] = {
    {"clone", "flags", CLONE_NEWUSER, true,
     "makes user namespaces, in which it has capabilities"},
    {"ioctl", "op", TIOCSTI, false,
     "types into the terminal that it shares with who started it"},
    {"ioctl", "op", TIOCLINUX, false,
     "types into the console that it shares with who started it"},
    {"unshare", "flags", CLONE_NEWUSER, true,
     "makes user namespaces, in which it has capabilities"},
};

bool HasCondition(std::string_view call) {
  return std::ranges::any_of(kConditionalWays, [&](const ConditionalWay& way) {
    return way.call == call;
  });
}

// Some values of the call's arguments are refused, by a condition.
bool IsLimited(const PortionPolicy& portion, const Syscall* call) {
  return call != nullptr &&
         std::ranges::any_of(portion.syscalls, [&](const SyscallRule& rule) {
           return rule.number == call->number && !IsUnconditional(rule.when);
         });
}

class WayFinder {
 public:
  WayFinder(LintContext& lint, const Policy& policy,
            const PortionPolicy& portion)
      : lint_(lint),
        policy_(policy),
        portion_(portion),
        table_(SyscallTable::For(policy.architecture)) {}

  void Run() {
    if (!DeniesAnything()) return;
    for (const WayAround& way : kWaysAround)
      if (!HasCondition(way.call))
        Look(way.call, way.why, lint_.context().bool_val(true));
    for (const ConditionalWay& way : kConditionalWays) Look(way);
    LookAtHiddenFlags();
    TellOfOpenEnds();
  }

 private:
  bool DeniesAnything() const {
    return !LetsThrough(portion_.otherwise) ||
           std::ranges::any_of(portion_.syscalls, [](const SyscallRule& rule) {
             return !LetsThrough(rule.action);
           });
  }

  void Look(const ConditionalWay& way) {
    const Syscall* call = table_.FindByName(way.call);
    if (call == nullptr) return;
    const auto argument = FindArgument(*call, way.argument);
    if (!argument) return;
    const z3::expr word =
        lint_.input().arguments[static_cast<size_t>(*argument)].extract(31, 0);
    const z3::expr bits = lint_.context().bv_val(way.bits, 32);
    Look(way.call, way.why, way.is_flag ? (word & bits) == bits : word == bits);
  }

  // openat2's flags lie behind a pointer.
  void LookAtHiddenFlags() {
    if (IsLimited(portion_, table_.FindByName("openat")) ||
        IsLimited(portion_, table_.FindByName("open")))
      Look("openat2",
           "opens files with flags that no filter sees, where those of `open` "
           "or `openat` are limited",
           lint_.context().bool_val(true));
  }

  void Look(std::string_view name, std::string_view why, const z3::expr& when) {
    const Syscall* call = table_.FindByName(name);
    if (call == nullptr) return;
    SeccompData data = CallOf(policy_.architecture, call->number);
    const z3::expr allowed =
        lint_.Allowed(policy_, portion_, call->number, lint_.input());
    const std::string what = fmt::format("whether `{}` is a way around", name);
    if (lint_.Ask(allowed && when, what, &data) != LintAnswer::kYes) return;
    const Verdict verdict = Evaluate(policy_.architecture, portion_, data);
    LintWitness witness = LintContext::Witness(policy_, portion_, data);
    if (verdict.rule < kFirstUserRule) {
      open_ends_.emplace_back(name);
      if (open_witnesses_.empty())
        open_witnesses_.push_back(std::move(witness));
      return;
    }
    LintFinding finding = Start();
    finding.finding.message =
        fmt::format("`{}` is a way around the other rules of `{}`: it {}", name,
                    portion_.name, why);
    finding.witnesses.push_back(std::move(witness));
    lint_.Report(kWayAroundRule, DescribeRule(policy_, portion_, verdict.rule),
                 std::string(name), std::move(finding));
  }

  LintFinding Start() const {
    LintFinding finding;
    finding.architecture = policy_.architecture;
    finding.portion = portion_.name;
    return finding;
  }

  // Shown at the first denial, which is what they go around.
  void TellOfOpenEnds() {
    const auto denial =
        std::ranges::find_if(portion_.syscalls, [](const SyscallRule& rule) {
          return !LetsThrough(rule.action) && rule.rule >= kFirstUserRule;
        });
    if (open_ends_.empty() || denial == portion_.syscalls.end()) return;
    std::ranges::sort(open_ends_);
    const auto [first, last] = std::ranges::unique(open_ends_);
    open_ends_.erase(first, last);
    LintFinding finding = Start();
    finding.finding.message = "`otherwise` allows what goes around denials: ";
    for (size_t i = 0; i < open_ends_.size(); ++i)
      finding.finding.message +=
          fmt::format("{}`{}`", i == 0 ? "" : ", ", open_ends_[i]);
    finding.witnesses = open_witnesses_;
    lint_.Report(kOpenByDefaultRule, InfoOf(policy_, *denial), "",
                 std::move(finding));
  }

  LintContext& lint_;
  const Policy& policy_;
  const PortionPolicy& portion_;
  const SyscallTable& table_;
  std::vector<std::string> open_ends_;
  std::vector<LintWitness> open_witnesses_;
};

}  // namespace

void FindWaysAround(LintContext& lint) {
  for (const Policy* policy : lint.targets())
    for (const PortionPolicy& portion : policy->portions)
      WayFinder(lint, *policy, portion).Run();
}

}  // namespace bailey::policy
