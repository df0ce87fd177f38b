// Errors that programs do not expect of a denial: that tell them to try again,
// for ever; that calls which cannot fail return all the same; that are the
// kernel's own and no program knows.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/findings/rules.h"
#include "policy-compiler/verify/lint/lint_context.h"

namespace bailey::policy {
namespace {

// Their callers use what they return without a look.
constexpr std::array<std::string_view, 13> kNeverFail = {
    "brk",     "exit",   "exit_group",   "getegid",
    "geteuid", "getgid", "getpid",       "getppid",
    "gettid",  "getuid", "rt_sigreturn", "set_tid_address",
    "umask"};

constexpr uint16_t kFirstOfTheKernel = 512;  // ERESTARTSYS, linux/errno.h

std::string Surprise(const Syscall& call, uint16_t value) {
  if (value == EINTR || value == EAGAIN)
    return "a program tries again, and gets it again, for ever";
  if (value >= kFirstOfTheKernel)
    return "it is the kernel's own, which no program knows";
  if (std::ranges::find(kNeverFail, call.name) != kNeverFail.end())
    return "the call cannot fail, and a program takes the error for its "
           "result";
  return "";
}

}  // namespace

void FindSurprisingErrnos(LintContext& lint) {
  for (const NumberFacts& facts : lint.numbers()) {
    for (size_t i = 0; i < facts.rules.size(); ++i) {
      const SyscallRule& rule = *facts.rules[i];
      const RuleInfo& info = InfoOf(*facts.policy, rule);
      if (rule.action.kind != ActionKind::kErrno || info.is_builtin) continue;
      const std::string why = Surprise(*facts.call, rule.action.errno_value);
      if (why.empty()) continue;
      SeccompData data = CallOf(facts.policy->architecture, facts.call->number);
      z3::expr decides = facts.match[i];
      for (size_t j = 0; j < i; ++j) decides = decides && !facts.match[j];
      if (lint.Ask(decides, RuleWithPlace(info), &data) != LintAnswer::kYes)
        continue;
      LintFinding finding;
      finding.architecture = facts.policy->architecture;
      finding.portion = facts.portion->name;
      finding.finding.message = fmt::format(
          "`{}` gets {}: {}", facts.call->name, ActionName(rule.action), why);
      finding.witnesses = {
          LintContext::Witness(*facts.policy, *facts.portion, data)};
      lint.Report(kSurprisingErrnoRule, info, std::string(facts.call->name),
                  std::move(finding));
    }
  }
}

}  // namespace bailey::policy
