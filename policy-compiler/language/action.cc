#include "policy-compiler/language/action.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/syscalls/constants.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

struct ActionWord {
  std::string_view name;
  ActionKind kind;
};

constexpr std::array<ActionWord, 7> kActions = {{
    {"allow", ActionKind::kAllow},
    {"log", ActionKind::kLog},
    {"errno", ActionKind::kErrno},
    {"trap", ActionKind::kTrap},
    {"kill", ActionKind::kKillProcess},
    {"kill_thread", ActionKind::kKillThread},
    {"kill_process", ActionKind::kKillProcess},
}};

// Error numbers are the same on all.
constexpr Architecture kAnyArchitecture = Architecture::kX8664;

constexpr int kMaxErrno = 4095;  // MAX_ERRNO, include/linux/err.h

std::vector<std::string_view> ErrnoNames() {
  std::vector<std::string_view> names;
  for (const NamedConstant& constant : AllConstants(kAnyArchitecture))
    if (FindErrno(constant.name)) names.push_back(constant.name);
  return names;
}

std::optional<uint16_t> ResolveErrno(const ConstantExpression& expression,
                                     TextReporter& report) {
  const bool is_name = expression.kind == ConstantExpression::Kind::kName;
  if (is_name && !FindErrno(expression.name)) {
    report.Error(expression.span,
                 "unknown error name " + Quoted(expression.name),
                 DidYouMean(expression.name, ErrnoNames()));
    return std::nullopt;
  }
  const auto value = EvaluateConstant(expression, kAnyArchitecture, report);
  if (!value) return std::nullopt;
  if (value->value >= 1 && value->value <= kMaxErrno)
    return static_cast<uint16_t>(value->value);
  report.Error(expression.span, "an error number is from 1 to 4095");
  return std::nullopt;
}

}  // namespace

bool IsDenial(const Action& action) {
  return action.kind != ActionKind::kAllow && action.kind != ActionKind::kLog;
}

std::optional<Action> ResolveAction(const ActionSyntax& syntax,
                                    TextReporter& report) {
  const auto word =
      std::ranges::find(kActions, syntax.name.text, &ActionWord::name);
  if (word == kActions.end()) {
    std::vector<std::string_view> names;
    for (const ActionWord& known : kActions) names.push_back(known.name);
    std::string hint = DidYouMean(syntax.name.text, names);
    if (syntax.errno_value) hint = "did you mean `errno`?";
    std::string upper = syntax.name.text;
    std::ranges::transform(upper, upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (FindErrno(upper)) hint = "write `errno " + upper + "`";
    report.Error(syntax.name.span, "unknown action " + Quoted(syntax.name.text),
                 hint.empty() ? "actions are `kill`, `kill_process`, "
                                "`kill_thread`, `trap`, `errno NAME` and `log`"
                              : hint);
    return std::nullopt;
  }
  if (word->kind != ActionKind::kErrno) {
    if (!syntax.errno_value) return Action{word->kind, 0};
    report.Error(syntax.errno_value->span,
                 "the action " + Quoted(syntax.name.text) + " has no value");
    return std::nullopt;
  }
  const auto value = ResolveErrno(*syntax.errno_value, report);
  if (!value) return std::nullopt;
  return Action{ActionKind::kErrno, *value};
}

std::optional<Action> ResolveRuleAction(const SyscallStatement& rule,
                                        SourceSpan span,
                                        const Action& otherwise,
                                        TextReporter& report) {
  if (!rule.action) {
    if (rule.allow) return Action{ActionKind::kAllow, 0};
    if (IsDenial(otherwise)) return otherwise;
    report.Error(span,
                 "a `deny` without `then` takes the action of `otherwise`, "
                 "and that is `" +
                     ActionName(otherwise) + "`",
                 "say what it does, as in `then errno EPERM`");
    return std::nullopt;
  }
  const auto action = ResolveAction(*rule.action, report);
  if (!action) return std::nullopt;
  if (rule.allow && action->kind != ActionKind::kLog) {
    report.Error(
        rule.action->name.span, "an `allow` rule has no action but `log`",
        IsDenial(*action) ? "did you mean `deny`?" : "leave the `then` out");
    return std::nullopt;
  }
  if (!rule.allow && !IsDenial(*action)) {
    report.Error(
        rule.action->name.span,
        "a `deny` rule cannot end in " + Quoted(rule.action->name.text),
        "an allow that is recorded is `allow syscall ... then log`");
    return std::nullopt;
  }
  return action;
}

}  // namespace bailey::policy
