#include "policy-compiler/formats/oci_import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/printable.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/oci_rules.h"
#include "policy-compiler/formats/oci_text.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

// What the language has no way to say of a call's rules taken together.
class ConflictResolver {
 public:
  ConflictResolver(OciRules& rules, OciDifferences& differences)
      : rules_(rules), differences_(differences) {}

  void Run() {
    for (auto& [name, rules] : rules_.calls) {
      DropCovered(rules);
      SayConflict(name, rules);
      KeepOneErrno(rules);
    }
    ResolveClone3();
    std::erase_if(rules_.calls,
                  [](const auto& call) { return call.second.empty(); });
  }

 private:
  static void DropCovered(std::vector<OciRule>& rules) {
    std::set<std::pair<ActionKind, uint16_t>> whole;
    for (const OciRule& rule : rules)
      if (rule.condition.empty())
        whole.emplace(rule.action.kind, rule.action.errno_value);
    std::erase_if(rules, [&](const OciRule& rule) {
      return !rule.condition.empty() &&
             whole.contains({rule.action.kind, rule.action.errno_value});
    });
  }

  void SayConflict(const std::string& name, const std::vector<OciRule>& rules) {
    const bool meet = std::ranges::any_of(rules, [&](const OciRule& rule) {
      return rule.action != rules.front().action;
    });
    if (!meet) return;
    differences_.push_back(fmt::format(
        "`{}` has entries with different actions: where several match, the "
        "strongest denial decides here; libseccomp takes one without "
        "arguments before all others, and gives no order among the others",
        name));
  }

  // Two errors for one input are no policy.
  static void KeepOneErrno(std::vector<OciRule>& rules) {
    std::set<std::string> seen;
    std::erase_if(rules, [&](const OciRule& rule) {
      return rule.action.kind == ActionKind::kErrno &&
             !seen.insert(rule.condition).second;
    });
  }

  bool IsCloneConstrained() const {
    const auto clone = rules_.calls.find("clone");
    if (clone == rules_.calls.end()) return false;
    bool denied_if = false, allowed_if = false, allowed = false;
    for (const OciRule& rule : clone->second) {
      if (rule.condition.empty())
        allowed = allowed || !IsDenial(rule.action);
      else
        (IsDenial(rule.action) ? denied_if : allowed_if) = true;
    }
    return denied_if || (allowed_if && !allowed && IsDenial(rules_.otherwise));
  }

  void ResolveClone3() {
    if (!IsCloneConstrained()) return;
    std::vector<OciRule>& rules = rules_.calls["clone3"];
    const size_t allows = std::erase_if(
        rules, [](const OciRule& rule) { return !IsDenial(rule.action); });
    if (allows > 0)
      differences_.push_back(
          "`clone3` is allowed by the profile, which is a way around its "
          "limits on `clone`: it answers ENOSYS here, and the C library falls "
          "back to `clone`");
    else if (rules.empty())
      differences_.push_back(
          "`clone3`, which the profile does not name, answers ENOSYS here, "
          "so that the C library falls back to `clone`, whose arguments the "
          "profile limits");
  }

  OciRules& rules_;
  OciDifferences& differences_;
};

void SayUnknownNumbers(const OciProfile& profile, const OciRules& rules,
                       OciDifferences& differences) {
  const std::string otherwise = ActionName(rules.otherwise);
  const bool kills = rules.otherwise.kind >= ActionKind::kKillThread;
  const OciActionKind kind = profile.default_action.kind;
  const bool stub = kind != OciActionKind::kAllow &&
                    kind != OciActionKind::kLog &&
                    kind != OciActionKind::kTrace;
  const std::string here = kills ? otherwise : "errno ENOSYS";
  if (here != otherwise)
    differences.push_back(
        fmt::format("numbers that x86_64's table does not have answer {} here, "
                    "and by the profile {}",
                    here, OciActionText(profile.default_action)));
  if (stub)
    differences.push_back(fmt::format(
        "numbers above {}, the largest that the profile names, answer ENOSYS "
        "under runc; here `otherwise` decides ({}) for those that the table "
        "has, and {} for others",
        rules.largest_number, otherwise, here));
}

void SayArchitectures(const OciProfile& profile, OciDifferences& differences) {
  std::set<std::string> foreign(profile.architectures.begin(),
                                profile.architectures.end());
  foreign.erase("SCMP_ARCH_X86_64");
  if (!foreign.empty())
    differences.push_back(fmt::format(
        "calls of the architectures {} are filtered under runc; here calls of "
        "every architecture but x86_64 kill the process, x32 included",
        fmt::join(foreign, ", ")));
  else
    differences.push_back(
        "calls of another architecture, x32 included, kill the process here; "
        "libseccomp kills the thread");
}

void SayFlags(const OciProfile& profile, OciDifferences& differences) {
  if (profile.flags.empty()) return;
  differences.push_back(
      fmt::format("the profile's flags are not carried over: "
                  "{}",
                  fmt::join(profile.flags, ", ")));
}

void SayWidths(const OciRules& rules, OciDifferences& differences) {
  if (rules.narrowed.empty()) return;
  differences.push_back(fmt::format(
      "compared in the bits that the kernel reads, where the profile compares "
      "64: a value with more bits gets the answer of its low ones: {}",
      fmt::join(rules.narrowed, ", ")));
}

// What a scope's answer rests on.
void SayAssumptions(const OciProfile& profile, const OciImportOptions& options,
                    OciDifferences& differences) {
  const auto scoped = [](const OciScope& scope) {
    return !scope.capabilities.empty() || scope.min_kernel.has_value();
  };
  if (std::ranges::none_of(profile.entries, [&](const OciEntry& entry) {
        return scoped(entry.includes) || scoped(entry.excludes);
      }))
    return;
  const std::string kernel =
      options.kernel
          ? fmt::format("{}.{}", options.kernel->first, options.kernel->second)
          : "any newer one";
  differences.push_back(fmt::format(
      "resolved for a container on the kernel {} with the capabilities {}; "
      "Docker resolves it for each container",
      kernel,
      options.capabilities.empty()
          ? "none"
          : fmt::format("{}", fmt::join(options.capabilities, ", "))));
}

// Names are the profile's own, and must not be able to hide a difference on a
// terminal.
void MakePrintable(OciDifferences& differences) {
  for (std::string& difference : differences)
    difference = AsciiOnly(difference);
}

Result<> RefuseNarrowed(const OciRules& rules) {
  if (rules.narrowed.empty()) return {};
  return Fail(
      fmt::format("`--widths full` is not supported where it makes a "
                  "difference: the language compares the bits that the kernel "
                  "reads of {}",
                  fmt::join(rules.narrowed, ", ")),
      "`--widths kernel` compares these, and says where that differs");
}

Result<> CheckOptions(const OciProfile& profile,
                      const OciImportOptions& options) {
  if (!IsPolicyName(options.name))
    return Fail("`" + options.name + "` cannot be a policy's name",
                "a name has letters, digits and `_`");
  if (profile.default_action.kind == OciActionKind::kNotify)
    return Fail(
        "SCMP_ACT_NOTIFY cannot be the default action: runc refuses "
        "such a profile");
  return {};
}

}  // namespace

std::vector<std::string> DockerCapabilities() {
  return {"CAP_AUDIT_WRITE", "CAP_CHOWN",     "CAP_DAC_OVERRIDE",
          "CAP_FOWNER",      "CAP_FSETID",    "CAP_KILL",
          "CAP_MKNOD",       "CAP_NET_RAW",   "CAP_NET_BIND_SERVICE",
          "CAP_SETFCAP",     "CAP_SETGID",    "CAP_SETPCAP",
          "CAP_SETUID",      "CAP_SYS_CHROOT"};
}

Result<ImportedPolicy> ImportOciProfile(std::string_view text,
                                        std::string_view name,
                                        const OciImportOptions& options) {
  ASSIGN_OR_RETURN(const OciProfile profile, ParseOciProfile(text, name));
  RETURN_IF_ERROR(CheckOptions(profile, options));
  ImportedPolicy imported;
  SayAssumptions(profile, options, imported.differences);
  OciRules rules = CollectOciRules(profile, options, imported.differences);
  if (options.full_widths) RETURN_IF_ERROR(RefuseNarrowed(rules));
  ConflictResolver(rules, imported.differences).Run();
  SayWidths(rules, imported.differences);
  SayUnknownNumbers(profile, rules, imported.differences);
  SayArchitectures(profile, imported.differences);
  SayFlags(profile, imported.differences);
  MakePrintable(imported.differences);
  imported.text = OciPolicyText(rules, name, options.name);
  const SourceText source{options.name + ".policy", imported.text};
  imported.diagnostics = LoadPolicy(source, LibraryLookup()).diagnostics;
  if (imported.diagnostics.has_errors())
    return std::unexpected(WithContext("the profile makes no policy",
                                       ToError(imported.diagnostics)));
  return imported;
}

}  // namespace bailey::policy
