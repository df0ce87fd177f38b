// A portion's system call policy as a drop-in for a systemd unit: see
// systemd_export.h.

#include "policy-compiler/formats/systemd/export.h"

#include <fmt/format.h>

#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/syscalls/constants.h"
#include "policy-compiler/formats/call_regions.h"
#include "policy-compiler/formats/systemd/groups.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/condition.h"

namespace bailey::policy {
namespace {

constexpr size_t kLineWidth = 78;
constexpr size_t kMaxCubes = 64;

const Action kKill{ActionKind::kKillProcess, 0};

// Kills of every kind are the process's.
Action AsSystemd(const Action& action) {
  return action.kind >= ActionKind::kTrap ? kKill : action;
}

std::string ErrorText(const Action& action) {
  if (action.kind != ActionKind::kErrno) return "kill";
  const std::string_view name = ErrnoName(action.errno_value);
  return name.empty() ? std::to_string(action.errno_value) : std::string(name);
}

// One setting over several lines, which systemd merges.
std::string Lines(const std::string& key, const std::string& prefix,
                  const std::vector<std::string>& words) {
  std::string text, line;
  for (const std::string& word : words) {
    if (!line.empty() && line.size() + 1 + word.size() > kLineWidth)
      text += std::exchange(line, "") + "\n";
    line += line.empty() ? key + "=" + prefix + word : " " + word;
  }
  return line.empty() ? text : text + line + "\n";
}

class SystemdExporter {
 public:
  SystemdExporter(const Policy& policy, const PortionPolicy& portion)
      : policy_(policy), portion_(portion), silent_(SilentAction()) {}

  ExportedPolicy Run() {
    if (silent_ != portion_.otherwise && IsDenial(portion_.otherwise))
      Lose("otherwise " + ActionName(portion_.otherwise),
           "systemd has no such answer; it kills the process");
    for (const Syscall& call : SyscallTable::For(policy_.architecture).all())
      AddCall(call);
    AddNotes();
    exported_.text = Text();
    return std::move(exported_);
  }

 private:
  // What numbers without a name get must be a denial: see oci_export.cc.
  Action SilentAction() const {
    if (!IsDenial(portion_.otherwise)) return {ActionKind::kErrno, ENOSYS};
    return AsSystemd(portion_.otherwise);
  }

  void Lose(std::string rule, std::string reason) {
    exported_.losses.push_back({std::move(rule), std::move(reason)});
  }

  void AddCall(const Syscall& call) {
    const std::string name(call.name);
    const Action answer = AnswerOf(call);
    if (!IsDenial(answer)) {
      allowed_.push_back(name);
      if (answer.kind == ActionKind::kLog) logged_.push_back(name);
    } else if (AsSystemd(answer) != silent_) {
      denied_.push_back(name + ":" + ErrorText(AsSystemd(answer)));
    }
    if (IsDenial(answer) && AsSystemd(answer) != answer)
      LoseRules(call, "systemd cannot `" + ActionName(answer) +
                          "`; it kills the process");
    allows_execve_ = allows_execve_ || (name == "execve" && !IsDenial(answer));
  }

  // The call's one answer; where it has several the strongest denial.
  Action AnswerOf(const Syscall& call) {
    const auto regions =
        RegionsOf(portion_, call, portion_.otherwise, kMaxCubes);
    if (regions && regions->empty()) return portion_.otherwise;
    const bool whole = regions && regions->size() == 1 &&
                       regions->front().cubes.size() == 1 &&
                       HoldsAlways(regions->front().cubes.front());
    if (whole) return regions->front().action;
    Action answer = StrongestAction(portion_, call);
    if (!IsDenial(answer)) answer = {ActionKind::kErrno, EPERM};
    LoseRules(call, fmt::format("systemd cannot test `{}`'s arguments; all of "
                                "it is denied",
                                call.name));
    return answer;
  }

  void LoseRules(const Syscall& call, const std::string& reason) {
    std::set<uint32_t> said;
    for (const SyscallRule& rule : portion_.syscalls) {
      if (rule.number != call.number || !said.insert(rule.rule).second)
        continue;
      Lose(DescribeRule(policy_, portion_, rule.rule).text, reason);
    }
  }

  // systemd adds @default to every allow list.
  std::vector<std::string> Unwanted() const {
    const std::set<std::string> allowed(allowed_.begin(), allowed_.end());
    std::vector<std::string> names = *SystemdGroup("@default");
    std::erase_if(
        names, [&](const std::string& name) { return allowed.contains(name); });
    return names;
  }

  void AddNotes() {
    if (!allows_execve_)
      exported_.notes.push_back(
          "the policy denies execve, by which systemd starts the program under "
          "this filter: the unit will not start");
    exported_.notes.push_back(
        "numbers that systemd's libseccomp does not know answer as everything "
        "else does, not with ENOSYS; names that it does not know are skipped");
    exported_.notes.push_back(
        "a call of another architecture kills the process by the policy, and "
        "the thread under systemd");
  }

  std::string Text() const {
    std::string text = fmt::format(
        "# The system calls of the policy `{}`, portion `{}`, for {}.\n"
        "# Made by `bailey policy export --to systemd`; policy sha256\n"
        "# {}.\n"
        "[Service]\nSystemCallArchitectures=native\nSystemCallFilter=\n"
        "SystemCallErrorNumber={}\n",
        policy_.name, portion_.name, ArchitectureName(policy_.architecture),
        policy_.sha256,
        silent_ == kKill ? std::string("kill") : ErrorText(silent_));
    // The first line makes it an allow list, whatever it names.
    text += allowed_.empty() ? "SystemCallFilter=exit_group\n"
                             : Lines("SystemCallFilter", "", allowed_);
    text += Lines("SystemCallFilter", "~", Unwanted());
    text += Lines("SystemCallFilter", "~", denied_);
    return text + Lines("SystemCallLog", "", logged_);
  }

  const Policy& policy_;
  const PortionPolicy& portion_;
  const Action silent_;
  ExportedPolicy exported_;
  std::vector<std::string> allowed_, denied_, logged_;
  bool allows_execve_ = false;
};

}  // namespace

Result<ExportedPolicy> ExportSystemd(const Policy& policy,
                                     const PortionPolicy& portion) {
  return SystemdExporter(policy, portion).Run();
}

}  // namespace bailey::policy
