#include "policy-compiler/formats/oci/rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/oci/condition.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

bool Contains(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

// Go's names, by which entries say for which containers they are.
std::string_view GoName(Architecture architecture) {
  return architecture == Architecture::kX8664 ? "amd64" : "arm64";
}

// As moby's setupSeccomp decides it, and containers/common's.
class ScopeCheck {
 public:
  ScopeCheck(const OciImportOptions& options, Architecture architecture)
      : options_(options), go_name_(GoName(architecture)) {}

  // Why the entry is not for the container; empty: it is.
  std::string WhyNot(const OciEntry& entry) const {
    const OciScope& without = entry.excludes;
    if (Contains(without.architectures, go_name_))
      return fmt::format("it excludes {}", go_name_);
    for (const std::string& capability : without.capabilities)
      if (Has(capability)) return "it excludes " + capability;
    if (without.min_kernel && IsAtLeast(*without.min_kernel))
      return "it excludes kernels from " + Text(*without.min_kernel) + " on";
    const OciScope& with = entry.includes;
    if (!with.architectures.empty() && !Contains(with.architectures, go_name_))
      return "it is for other architectures";
    for (const std::string& capability : with.capabilities)
      if (!Has(capability)) return "it needs " + capability;
    if (with.min_kernel && !IsAtLeast(*with.min_kernel))
      return "it needs a kernel from " + Text(*with.min_kernel) + " on";
    return "";
  }

 private:
  bool Has(const std::string& capability) const {
    return Contains(options_.capabilities, capability);
  }
  bool IsAtLeast(const KernelVersion& version) const {
    return !options_.kernel || *options_.kernel >= version;
  }
  static std::string Text(const KernelVersion& version) {
    return fmt::format("{}.{}", version.first, version.second);
  }

  const OciImportOptions& options_;
  const std::string_view go_name_;
};

class RuleCollector {
 public:
  RuleCollector(const OciProfile& profile, const OciImportOptions& options,
                Architecture architecture, OciDifferences& differences)
      : profile_(profile),
        differences_(differences),
        scope_(options, architecture),
        architecture_(architecture),
        widths_(options.full_widths ? OciWidths::kFull : OciWidths::kKernel),
        table_(SyscallTable::For(architecture)) {}

  OciRules Run() {
    rules_.otherwise = TranslateOciAction(profile_.default_action,
                                          "the default action", differences_);
    for (const OciEntry& entry : profile_.entries) AddEntry(entry);
    SayUnknownNames();
    SaySkipped();
    rules_.narrowed.assign(narrowed_.begin(), narrowed_.end());
    return std::move(rules_);
  }

 private:
  void AddEntry(const OciEntry& entry) {
    if (const std::string why = scope_.WhyNot(entry); !why.empty()) {
      differences_.push_back(fmt::format("{} is left out: {} (it names {})",
                                         entry.where, why,
                                         fmt::join(entry.names, ", ")));
      return;
    }
    const Action action =
        TranslateOciAction(entry.action, entry.where, differences_);
    for (const std::string& name : entry.names) AddCall(entry, name, action);
  }

  void AddCall(const OciEntry& entry, const std::string& name,
               const Action& action) {
    const Syscall* call = table_.FindByName(name);
    if (call == nullptr) {
      unknown_.insert(name);
      return;
    }
    rules_.largest_number = std::max(rules_.largest_number, call->number);
    // runc leaves out what answers as the default does.
    if (entry.action == profile_.default_action) {
      skipped_.insert(name);
      return;
    }
    const OciCondition when =
        TranslateArguments(*call, entry.arguments, widths_);
    for (const int index : when.narrowed)
      narrowed_.insert(fmt::format(
          "`{}` of `{}`", call->arguments[static_cast<size_t>(index)].name,
          call->name));
    if (when.alternatives)
      differences_.push_back(fmt::format(
          "{}: `{}` has several tests of one argument: any of the entry's "
          "tests is enough, as for runc",
          entry.where, name));
    AddRule(entry, name, action, when);
  }

  void AddRule(const OciEntry& entry, const std::string& name,
               const Action& action, const OciCondition& when) {
    using Kind = OciCondition::Kind;
    Kind kind = when.kind;
    if (!when.inexpressible.empty())
      kind = WithoutTests(entry, name, action, when);
    else if (kind == Kind::kNever)
      SayNever(entry, name, when);
    if (kind == Kind::kNever) return;
    Append(name, {action, kind == Kind::kTest ? when.text : ""});
  }

  // A test that cannot be made: a rule that is looser than the default holds
  // less often then, a stricter one more often.
  OciCondition::Kind WithoutTests(const OciEntry& entry,
                                  const std::string& name, const Action& action,
                                  const OciCondition& when) {
    using Kind = OciCondition::Kind;
    const bool stricter = action.kind > rules_.otherwise.kind;
    differences_.push_back(fmt::format(
        "{}: `{}` is tested for {}, which no filter here can do: the entry "
        "{} here, which is stricter",
        entry.where, name, fmt::join(when.inexpressible, " and "),
        stricter ? "holds without that test" : "does not hold by that test"));
    if (when.alternatives) return stricter ? Kind::kAlways : when.kind;
    return stricter ? when.kind : Kind::kNever;
  }

  void SayNever(const OciEntry& entry, const std::string& name,
                const OciCondition& when) {
    if (when.narrowed.empty()) return;  // it never holds there, either
    differences_.push_back(
        fmt::format("{}: `{}` is compared with a value of more bits than the "
                    "kernel reads: the entry never holds here",
                    entry.where, name));
  }

  void Append(const std::string& name, OciRule rule) {
    std::vector<OciRule>& rules = rules_.calls[name];
    const auto same = [&](const OciRule& other) {
      return other.action == rule.action && other.condition == rule.condition;
    };
    if (std::ranges::none_of(rules, same)) rules.push_back(std::move(rule));
  }

  void SayUnknownNames() {
    if (unknown_.empty()) return;
    differences_.push_back(fmt::format(
        "{} names that {}'s table does not have are skipped (runc skips "
        "those that its libseccomp does not know): {}",
        unknown_.size(), ArchitectureName(architecture_),
        fmt::join(unknown_, ", ")));
  }

  // Only where another entry makes something else of the call.
  void SaySkipped() {
    for (const std::string& name : skipped_) {
      if (!rules_.calls.contains(name)) continue;
      differences_.push_back(fmt::format(
          "`{}`: an entry with the default's action is without effect, as in "
          "runc: the other entries decide",
          name));
    }
  }

  const OciProfile& profile_;
  OciDifferences& differences_;
  const ScopeCheck scope_;
  const Architecture architecture_;
  const OciWidths widths_;
  const SyscallTable& table_;
  OciRules rules_;
  std::set<std::string> unknown_;
  std::set<std::string> skipped_;
  std::set<std::string> narrowed_;
};

Action Errno(uint16_t value) { return {ActionKind::kErrno, value}; }

Action TranslateErrno(const OciAction& action, const std::string& place,
                      OciDifferences& differences) {
  if (action.code != 0) return Errno(static_cast<uint16_t>(action.code));
  differences.push_back(
      place +
      ": an error of 0 pretends success without making the call; it "
      "is EPERM here");
  return Errno(EPERM);
}

}  // namespace

Action TranslateOciAction(const OciAction& action, const std::string& place,
                          OciDifferences& differences) {
  switch (action.kind) {
    case OciActionKind::kAllow:
      return {ActionKind::kAllow, 0};
    case OciActionKind::kLog:
      return {ActionKind::kLog, 0};
    case OciActionKind::kErrno:
      return TranslateErrno(action, place, differences);
    case OciActionKind::kTrap:
      return {ActionKind::kTrap, 0};
    case OciActionKind::kKillThread:
      return {ActionKind::kKillThread, 0};
    case OciActionKind::kKillProcess:
      return {ActionKind::kKillProcess, 0};
    case OciActionKind::kTrace:
    case OciActionKind::kNotify:
      break;
  }
  differences.push_back(fmt::format(
      "{}: {} asks {}; there is none here, and the answer is ENOSYS, the "
      "kernel's without one",
      place, OciActionText(action),
      action.kind == OciActionKind::kTrace ? "a tracer" : "a supervisor"));
  return Errno(ENOSYS);
}

OciRules CollectOciRules(const OciProfile& profile,
                         const OciImportOptions& options,
                         Architecture architecture,
                         OciDifferences& differences) {
  return RuleCollector(profile, options, architecture, differences).Run();
}

}  // namespace bailey::policy
