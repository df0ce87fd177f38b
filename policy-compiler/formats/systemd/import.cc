// A systemd unit's system call filters as a policy: see systemd_import.h.

#include "policy-compiler/formats/systemd/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/printable.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/oci/text.h"
#include "policy-compiler/formats/systemd/rules.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

void SayUnknownNumbers(const OciRules& rules, OciDifferences& differences) {
  const std::string otherwise = ActionName(rules.otherwise);
  if (rules.otherwise.kind >= ActionKind::kKillThread) return;
  if (otherwise == "errno ENOSYS") return;
  differences.push_back(fmt::format(
      "numbers that no table has answer errno ENOSYS here, and {} under "
      "systemd",
      otherwise));
}

void SayUnknownNames(const SystemdSandbox& sandbox, Architecture architecture,
                     OciDifferences& differences) {
  std::vector<std::string> unknown;
  for (const std::string& name : sandbox.named)
    if (SyscallTable::For(architecture).FindByName(name) == nullptr)
      unknown.push_back(name);
  if (unknown.empty()) return;
  differences.push_back(fmt::format(
      "names that {}'s table does not have are skipped (systemd skips those "
      "that its libseccomp does not know): {}",
      ArchitectureName(architecture), fmt::join(unknown, ", ")));
}

std::string NativeName(Architecture architecture) {
  return architecture == Architecture::kX8664 ? "x86-64" : "arm64";
}

void SayArchitectures(const SystemdSandbox& sandbox, Architecture architecture,
                      OciDifferences& differences) {
  std::set<std::string> foreign = sandbox.architectures;
  foreign.erase("native");
  foreign.erase(NativeName(architecture));
  const std::string_view target = ArchitectureName(architecture);
  if (sandbox.architectures.empty())
    differences.push_back(fmt::format(
        "the unit restricts no architectures: systemd filters those of {} "
        "alike and lets others pass; every one but {} kills the process here",
        architecture == Architecture::kX8664 ? "x86 and x32" : "arm", target));
  else if (!foreign.empty())
    differences.push_back(
        fmt::format("calls of {} are filtered by systemd; here they kill the "
                    "process",
                    fmt::join(foreign, ", ")));
  else
    differences.push_back(
        "calls of another architecture, x32 included, kill the process here; "
        "under systemd they kill the thread");
}

void SayWidths(const OciRules& rules, OciDifferences& differences) {
  if (rules.narrowed.empty()) return;
  differences.push_back(fmt::format(
      "compared in the bits that the kernel reads, where systemd compares 64: "
      "a value with more bits gets the answer of its low ones: {}",
      fmt::join(rules.narrowed, ", ")));
}

void SayPassedOver(const SystemdSandbox& sandbox, OciDifferences& differences) {
  differences.push_back(
      "read as systemd 252 (Debian 252.38-1~deb12u1) compiles it; other "
      "versions have other groups");
  if (sandbox.passed_over.empty()) return;
  differences.push_back(
      fmt::format("settings of the unit that are not system call rules are not "
                  "carried over: {}",
                  fmt::join(sandbox.passed_over, ", ")));
}

OciDifferences DifferencesOf(const SystemdSandbox& sandbox,
                             const OciRules& rules, Architecture architecture) {
  OciDifferences differences;
  SayUnknownNames(sandbox, architecture, differences);
  SayWidths(rules, differences);
  SayUnknownNumbers(rules, differences);
  SayArchitectures(sandbox, architecture, differences);
  SayPassedOver(sandbox, differences);
  return differences;
}

std::string FileNames(const std::vector<SourceText>& files) {
  std::vector<std::string_view> names;
  for (const SourceText& file : files) names.push_back(file.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<ImportedPolicy> ImportSystemdUnit(const std::vector<SourceText>& files,
                                         const SystemdImportOptions& options) {
  if (!IsPolicyName(options.name))
    return Fail("`" + options.name + "` cannot be a policy's name",
                "a name has letters, digits and `_`");
  ImportedPolicy imported;
  std::vector<UnitSetting> settings;
  for (const SourceText& file : files)
    ReadUnit(file, "Service", settings, imported.diagnostics);
  const SystemdSandbox sandbox = ReadSandbox(settings, imported.diagnostics);
  if (imported.diagnostics.has_errors()) return imported;
  const OciRules rules =
      SystemdRules(sandbox, options.architecture,
                   options.full_widths ? OciWidths::kFull : OciWidths::kKernel,
                   imported.differences);
  for (const std::string& difference :
       DifferencesOf(sandbox, rules, options.architecture))
    imported.differences.push_back(AsciiOnly(difference));
  imported.text = OciPolicyText(rules, {.source = FileNames(files),
                                        .name = options.name,
                                        .kind = "systemd unit",
                                        .targets = {options.architecture},
                                        .full_widths = options.full_widths});
  const SourceText source{options.name + ".policy", imported.text};
  imported.diagnostics = LoadPolicy(source, LibraryLookup()).diagnostics;
  if (imported.diagnostics.has_errors())
    return std::unexpected(
        WithContext("the unit makes no policy", ToError(imported.diagnostics)));
  return imported;
}

}  // namespace bailey::policy
