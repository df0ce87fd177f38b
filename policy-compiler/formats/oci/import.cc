#include "policy-compiler/formats/oci/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/printable.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/oci/rules.h"
#include "policy-compiler/formats/oci/targets.h"
#include "policy-compiler/formats/oci/text.h"
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

void SayUnknownNumbers(const OciProfile& profile, Architecture architecture,
                       const OciRules& rules, OciDifferences& differences) {
  const std::string_view target = ArchitectureName(architecture);
  const std::string otherwise = ActionName(rules.otherwise);
  const bool kills = rules.otherwise.kind >= ActionKind::kKillThread;
  const OciActionKind kind = profile.default_action.kind;
  const bool stub = kind != OciActionKind::kAllow &&
                    kind != OciActionKind::kLog &&
                    kind != OciActionKind::kTrace;
  const std::string here = kills ? otherwise : "errno ENOSYS";
  if (here != otherwise)
    differences.push_back(
        fmt::format("numbers that {}'s table does not have answer {} here, "
                    "and by the profile {}",
                    target, here, OciActionText(profile.default_action)));
  if (stub)
    differences.push_back(fmt::format(
        "numbers above {}, the largest of {} that the profile names, answer "
        "ENOSYS under runc; here `otherwise` decides ({}) for those that the "
        "table has, and {} for others",
        rules.largest_number, target, otherwise, here));
}

std::string TargetNames(const std::vector<Architecture>& targets) {
  std::vector<std::string_view> names;
  for (const Architecture target : targets)
    names.push_back(ArchitectureName(target));
  return fmt::format("{}", fmt::join(names, " and "));
}

void SayArchitectures(const OciProfile& profile,
                      const std::vector<Architecture>& targets,
                      OciDifferences& differences) {
  std::set<std::string> foreign(profile.architectures.begin(),
                                profile.architectures.end());
  for (const Architecture target : targets)
    foreign.erase(std::string(OciArchitectureName(target)));
  if (!foreign.empty())
    differences.push_back(fmt::format(
        "calls of the architectures {} are filtered under runc; here calls of "
        "every architecture but {} kill the process, x32 included",
        fmt::join(foreign, ", "), TargetNames(targets)));
  else
    differences.push_back(
        "calls of another architecture, x32 included, kill the process here; "
        "libseccomp kills the thread");
}

void SayFlags(const OciProfile& profile, OciDifferences& differences) {
  if (!profile.listener_path.empty())
    differences.push_back(
        fmt::format("the supervisor at {} is not asked anything here",
                    profile.listener_path));
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

OciTarget MakeTarget(const OciProfile& profile, const OciImportOptions& options,
                     Architecture architecture) {
  OciTarget target{
      .architecture = architecture, .rules = {}, .differences = {}};
  target.rules =
      CollectOciRules(profile, options, architecture, target.differences);
  ConflictResolver(target.rules, target.differences).Run();
  SayUnknownNumbers(profile, architecture, target.rules, target.differences);
  return target;
}

// What is so on every target is said once.
void Append(const OciDifferences& more, OciDifferences& differences) {
  for (const std::string& difference : more)
    if (std::ranges::find(differences, difference) == differences.end())
      differences.push_back(difference);
}

struct Merged {
  std::vector<Architecture> targets;
  OciRules rules;
};

Result<> RefuseDiffering(const OciImportOptions& options,
                         const std::vector<std::string>& differing) {
  if (options.architectures.empty()) return {};
  return Fail(fmt::format("the profile says otherwise on x86_64 than on "
                          "aarch64 of {}: no policy is both",
                          fmt::join(differing, ", ")),
              "import it once for each, with one --arch");
}

Result<Merged> MergeTargets(const OciProfile& profile,
                            const OciImportOptions& options,
                            OciDifferences& differences) {
  const std::vector<Architecture> targets = OciArchitectures(profile, options);
  const OciTarget first = MakeTarget(profile, options, targets.front());
  Append(first.differences, differences);
  if (targets.size() == 1) return Merged{targets, first.rules};
  const OciTarget second = MakeTarget(profile, options, targets.back());
  const auto differing = DifferingCalls(first, second);
  if (differing.empty()) {
    Append(second.differences, differences);
    return Merged{targets, MergedRules(first, second)};
  }
  RETURN_IF_ERROR(RefuseDiffering(options, differing));
  differences.push_back(fmt::format(
      "this is the policy for {} alone: on {} the profile says otherwise of "
      "{}; `--arch {}` imports that",
      ArchitectureName(first.architecture),
      ArchitectureName(second.architecture), fmt::join(differing, ", "),
      ArchitectureName(second.architecture)));
  return Merged{{first.architecture}, first.rules};
}

// Names that one target lacks are said in the differences already.
Diagnostics WarningsOf(const std::string& text, const std::string& name) {
  const SourceText source{name + ".policy", text};
  const ParsedPolicy parsed = LoadPolicy(source, LibraryLookup());
  Diagnostics kept;
  for (const Diagnostic& diagnostic : parsed.diagnostics.all())
    if (diagnostic.severity == Severity::kError ||
        diagnostic.message.find(" does not exist on ") == std::string::npos)
      kept.Add(diagnostic);
  return kept;
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
  ASSIGN_OR_RETURN(const Merged merged,
                   MergeTargets(profile, options, imported.differences));
  SayWidths(merged.rules, imported.differences);
  SayArchitectures(profile, merged.targets, imported.differences);
  SayFlags(profile, imported.differences);
  MakePrintable(imported.differences);
  imported.text =
      OciPolicyText(merged.rules, {.source = name,
                                   .name = options.name,
                                   .targets = merged.targets,
                                   .full_widths = options.full_widths});
  imported.diagnostics = WarningsOf(imported.text, options.name);
  if (imported.diagnostics.has_errors())
    return std::unexpected(WithContext("the profile makes no policy",
                                       ToError(imported.diagnostics)));
  return imported;
}

}  // namespace bailey::policy
