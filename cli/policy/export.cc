// bailey policy export: a portion's policy in another tool's format.

#include "cli/policy/export.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "common/fd.h"
#include "common/printable.h"
#include "policy-compiler/formats/kafel/export.h"
#include "policy-compiler/formats/minijail/export.h"
#include "policy-compiler/formats/oci/export.h"
#include "policy-compiler/formats/systemd/export.h"
#include "policy-compiler/plan/filters.h"

namespace bailey::cli {
namespace {

// One line a format, in the order of --help.
constexpr ExportFormat kFormats[] = {
    {"oci", "a seccomp profile for OCI runtimes, Docker and Podman",
     policy::ExportOci},
    {"kafel", "a policy of Kafel, nsjail's language", policy::ExportKafel},
    {"minijail", "a policy of minijail, for its compile_seccomp_policy.py",
     policy::ExportMinijail},
    {"systemd", "a drop-in for a systemd unit", policy::ExportSystemd},
    {"c", "a C header with the proved filter", ExportCHeader},
};

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const ExportFormat& format : kFormats) names.emplace_back(format.name);
  return names;
}

std::string FormatLines() {
  std::string lines;
  for (const ExportFormat& format : kFormats)
    lines += fmt::format("  {:9}{}\n", format.name, format.what);
  return lines;
}

void SayLosses(const std::vector<policy::ExportLoss>& losses) {
  for (const policy::ExportLoss& loss : losses)
    fmt::print(stderr, "loss: `{}`: {}\n", WithoutControls(loss.rule),
               WithoutControls(loss.reason));
}

// What no seccomp filter does, in whatever format.
void SayUnenforced(const policy::Policy& policy,
                   const policy::PortionPolicy& portion) {
  if (!portion.files.empty())
    fmt::print(stderr,
               "note: file rules are not exported but for the system calls "
               "that they need: restrict the paths by mounts or Landlock\n");
  if (!policy.credentials.empty())
    fmt::print(stderr, "note: credentials are not exported\n");
  if (!portion.serving.empty())
    fmt::print(stderr,
               "note: `serving` is not exported: the format has one filter for "
               "all of a program's life\n");
}

int RefuseLosses(const ExportOptions& options,
                 const std::vector<policy::ExportLoss>& losses) {
  SayLosses(losses);
  PrintError(
      {fmt::format(
           "the policy does not fit the format `{}`: {}", options.to,
           losses.size() == 1
               ? "one rule has no equal there"
               : fmt::format("{} rules have no equal there", losses.size())),
       "with --lossy what does not fit is denied instead"});
  return kExitNo;
}

// Two errors for one call are no policy.
Result<> RefuseConflict(const policy::Policy& policy,
                        const policy::PortionPolicy& portion) {
  ASSIGN_OR_RETURN(
      const std::optional<policy::ErrnoConflict> conflict,
      policy::FindErrnoConflict(policy, portion, policy::kProofTimeoutMs));
  if (!conflict) return {};
  return Fail("two rules answer one call with different errors",
              "`bailey policy prove` shows it");
}

}  // namespace

Result<int> ExportPolicy(const ExportOptions& options) {
  const auto* const format =
      std::ranges::find(kFormats, options.to, &ExportFormat::name);
  if (format == std::end(kFormats))
    return Fail("there is no format `" + options.to + "`");
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const policy,
                   SelectTarget(*loaded, options.architecture));
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(*policy, options.portion));
  if (const int refused = RefuseAssertions(*policy); refused != kExitFine)
    return refused;
  RETURN_IF_ERROR(RefuseConflict(*policy, *portion));
  ASSIGN_OR_RETURN(const policy::ExportedPolicy exported,
                   format->run(*policy, *portion));
  if (!exported.losses.empty() && !options.lossy)
    return RefuseLosses(options, exported.losses);
  RETURN_IF_ERROR(options.output.empty()
                      ? WriteAll(1, exported.text, "standard output")
                      : WriteFileAtomically(options.output, exported.text));
  SayLosses(exported.losses);
  for (const std::string& note : exported.notes)
    fmt::print(stderr, "note: {}\n", WithoutControls(note));
  SayUnenforced(*policy, *portion);
  return kExitFine;
}

int RunPolicyExport(int argc, char** argv) {
  CLI::App app(
      "Writes a portion's system call policy in another tool's format.\n" +
          FormatLines() +
          "What the format cannot say is refused with exit code 1 and the rule "
          "that\n"
          "does not fit; with --lossy it is denied there, and said on "
          "standard\n"
          "error.\n\n"
          "  bailey policy export --to oci notary.policy --portion parser -o "
          "seccomp.json",
      "bailey policy export");
  ExportOptions options;
  app.add_option("--to", options.to, "the format")
      ->required()
      ->check(CLI::IsMember(FormatNames()));
  app.add_option("--portion", options.portion, "which portion, if several");
  app.add_option("--arch", options.architecture,
                 "which of the policy's targets: x86_64 or aarch64");
  app.add_flag("--lossy", options.lossy,
               "deny what the format cannot say, instead of refusing");
  app.add_option("-o,--output", options.output,
                 "file; standard output if none");
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = ExportPolicy(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
