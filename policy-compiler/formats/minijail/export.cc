#include "policy-compiler/formats/minijail/export.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "common/check.h"
#include "policy-compiler/formats/call_regions.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/formats/minijail/clauses.h"
#include "policy-compiler/formats/ranked_rules.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxLine = 78;

std::string ActionText(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return "allow";
    case ActionKind::kLog:
      return "log";
    case ActionKind::kErrno:
      return fmt::format("return {}", action.errno_value);
    case ActionKind::kTrap:
      return "trap";
    case ActionKind::kKillThread:
      return "kill-thread";
    case ActionKind::kKillProcess:
      return "kill-process";
  }
  CHECK(false);
}

using Texts = std::vector<std::string>;

// `{a, b}` over as many lines as it takes, each but the last with `\`.
std::string Braces(const Texts& items) {
  std::string text, line = "{";
  for (const std::string& item : items) {
    const bool last = &item == &items.back();
    const std::string next = " " + item + (last ? " }" : ",");
    if (line.size() + next.size() > kMaxLine) {
      text += line + " \\\n";
      line = "   ";
    }
    line += next;
  }
  return text + line;
}

class MinijailExporter {
 public:
  MinijailExporter(const Policy& policy, const PortionPolicy& portion)
      : policy_(policy), portion_(portion) {
    if (portion.otherwise.kind >= ActionKind::kTrap)
      default_ = portion.otherwise;
  }

  ExportedPolicy Run() {
    if (portion_.otherwise != default_) SayDefault();
    for (const Syscall& call : SyscallTable::For(policy_.architecture).all())
      AddCall(call);
    exported_.text = Text();
    return std::move(exported_);
  }

 private:
  void SayDefault() {
    exported_.losses.push_back(
        {"otherwise " + ActionName(portion_.otherwise),
         "minijail's default kills or traps: the answer is written for each "
         "call, and numbers without a name are killed"});
  }

  void AddCall(const Syscall& call) {
    const std::vector<RankedRule> rules = RankedRules(portion_, call);
    Texts filters;
    for (const RankedRule& rule : rules) {
      if (IsAlways(rule.when)) break;
      const auto expression = MinijailExpression(rule.when);
      if (!expression) {
        AddLoss(call, rule);
        return;
      }
      filters.push_back(rule.action.kind == ActionKind::kAllow
                            ? *expression
                            : *expression + "; " + ActionText(rule.action));
    }
    const bool decided = !rules.empty() && IsAlways(rules.back().when);
    const Action last =
        decided ? rules.back().action : UnmatchedAction(portion_, call);
    AddFilters(call, std::move(filters), last);
  }

  void AddFilters(const Syscall& call, Texts filters, const Action& last) {
    if (filters.empty()) {
      if (last != default_) whole_[last].emplace_back(call.name);
      return;
    }
    if (last.kind == ActionKind::kAllow)
      filters.emplace_back(kEverything);
    else if (last != default_)
      filters.push_back(ActionText(last));
    conditional_ += fmt::format("{}: {}\n", call.name, Braces(filters));
  }

  void AddLoss(const Syscall& call, const RankedRule& rule) {
    exported_.losses.push_back(
        {DescribeRule(policy_, portion_, rule.rule).text,
         fmt::format("the conditions on `{}` are too large; it gets its "
                     "strongest answer for all arguments",
                     call.name)});
    AddFilters(call, {}, StrongestAction(portion_, call));
  }

  std::string Text() const {
    std::string text;
    for (const std::string& line : ExportHead(policy_, portion_))
      text += "# " + line + "\n";
    text +=
        "# For compile_seccomp_policy.py. Numbers that minijail has no name "
        "for "
        "get the\n# default, and calls of another architecture a kill.\n\n";
    text += "@default " + ActionText(default_) + "\n";
    for (const auto& [action, names] : whole_)
      text += fmt::format("\n{}: {}\n",
                          names.size() == 1 ? names.front() : Braces(names),
                          ActionText(action));
    if (!conditional_.empty()) text += "\n" + conditional_;
    return text;
  }

  // The compiler forgets what stands before a plain `allow`, but not before a
  // test that always holds.
  static constexpr std::string_view kEverything = "arg0 >= 0";

  const Policy& policy_;
  const PortionPolicy& portion_;
  Action default_{ActionKind::kKillProcess, 0};
  std::map<Action, Texts, StrongestFirst> whole_;
  std::string conditional_;
  ExportedPolicy exported_;
};

}  // namespace

Result<ExportedPolicy> ExportMinijail(const Policy& policy,
                                      const PortionPolicy& portion) {
  return MinijailExporter(policy, portion).Run();
}

}  // namespace bailey::policy
