// bailey policy import: a policy from another tool's profile.

#include "cli/policy/import.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "policy-compiler/formats/strace/import.h"
#include "policy-compiler/formats/systemd/import.h"

namespace bailey::cli {
namespace {

constexpr size_t kMaxProfileBytes = size_t{64} << 20;  // a trace

Result<policy::ImportedPolicy> ImportOci(const ImportRequest& request) {
  policy::OciImportOptions options;
  options.name = request.name;
  options.full_widths = request.full_widths;
  options.architectures = request.architectures;
  options.capabilities = request.capabilities;
  options.kernel = request.kernel;
  const SourceText& file = request.files.front();
  return policy::ImportOciProfile(file.text, file.name, options);
}

// The machine's architecture: systemd compiles a unit for where it runs.
Result<Architecture> OneArchitecture(const ImportRequest& request) {
  if (request.architectures.size() > 1)
    return Fail("this format is imported for one architecture",
                "give one --arch");
  return request.architectures.empty() ? Architecture::kX8664
                                       : request.architectures.front();
}

Result<policy::ImportedPolicy> ImportSystemd(const ImportRequest& request) {
  policy::SystemdImportOptions options;
  options.name = request.name;
  options.full_widths = request.full_widths;
  ASSIGN_OR_RETURN(options.architecture, OneArchitecture(request));
  return policy::ImportSystemdUnit(request.files, options);
}

Result<policy::ImportedPolicy> ImportTrace(const ImportRequest& request) {
  policy::StraceImportOptions options;
  options.name = request.name;
  options.argument_constants = request.argument_constants;
  ASSIGN_OR_RETURN(options.architecture, OneArchitecture(request));
  return policy::ImportStrace(request.files, options);
}

// One line a format, in the order of --help.
constexpr ImportFormat kFormats[] = {
    {"oci", "the seccomp profiles of OCI runtimes, Docker and Podman",
     ImportOci},
    {"kafel", "a policy of Kafel, nsjail's language", ImportKafelPolicy},
    {"minijail", "a policy of minijail, for either of its readers",
     ImportMinijailPolicy},
    {"systemd", "a service unit, then its drop-ins in systemd's order",
     ImportSystemd, /*several_files=*/true},
    {"strace", "the output of `strace -f -o FILE`: permits what was seen",
     ImportTrace, /*several_files=*/true},
};

struct ImportOptions {
  std::string from;
  std::vector<std::string> files;
  std::string widths = "kernel";
  std::string kernel;
  std::vector<std::string> architectures;
  std::vector<std::string> capabilities;
  std::string arguments = "none";
  std::string frequencies;
  std::string reader = "auto";
  std::string name = "imported";
  std::string output;
};

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const ImportFormat& format : kFormats) names.emplace_back(format.name);
  return names;
}

std::string FormatLines() {
  std::string lines;
  for (const ImportFormat& format : kFormats)
    lines += fmt::format("  {:9}{}\n", format.name, format.what);
  return lines;
}

Result<> AddArchitectures(const ImportOptions& options,
                          ImportRequest& request) {
  for (const std::string& name : options.architectures) {
    const std::optional<Architecture> found = ParseArchitecture(name);
    if (!found) return Fail("unknown architecture `" + name + "`");
    request.architectures.push_back(*found);
  }
  return {};
}

Result<ImportRequest> MakeRequest(const ImportOptions& options) {
  ImportRequest request;
  request.name = options.name;
  request.full_widths = options.widths == "full";
  request.argument_constants = options.arguments == "constants";
  request.frequencies = options.frequencies;
  request.reader = options.reader;
  if (!options.capabilities.empty())
    request.capabilities = options.capabilities;
  if (!options.kernel.empty()) {
    ASSIGN_OR_RETURN(request.kernel,
                     policy::ParseKernelVersion(options.kernel));
  }
  RETURN_IF_ERROR(AddArchitectures(options, request));
  for (const std::string& file : options.files) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(file, kMaxProfileBytes));
    request.files.push_back({file, std::move(text)});
  }
  return request;
}

Result<int> Import(const ImportOptions& options) {
  const ImportFormat& format =
      *std::ranges::find(kFormats, options.from, &ImportFormat::name);
  if (options.files.size() > 1 && !format.several_files)
    return Fail(fmt::format("`{}` reads one file", format.name));
  ASSIGN_OR_RETURN(const ImportRequest request, MakeRequest(options));
  ASSIGN_OR_RETURN(const policy::ImportedPolicy imported, format.run(request));
  if (imported.diagnostics.has_errors()) {
    PrintDiagnostics(imported.diagnostics);
    return kExitError;
  }
  RETURN_IF_ERROR(options.output.empty()
                      ? WriteAll(1, imported.text, "standard output")
                      : WriteFileAtomically(options.output, imported.text));
  for (const std::string& difference : imported.differences)
    fmt::print(stderr, "differs: {}\n", difference);
  PrintDiagnostics(imported.diagnostics);
  return kExitFine;
}

void AddOptions(CLI::App& app, ImportOptions& options) {
  app.add_option("--from", options.from, "the format")
      ->required()
      ->check(CLI::IsMember(FormatNames()));
  app.add_option("--widths", options.widths,
                 "kernel: compare what the kernel reads of an argument; full: "
                 "all 64 bits, as the profile's own tools do")
      ->check(CLI::IsMember({"kernel", "full"}));
  app.add_option("--arch", options.architectures,
                 "x86_64 or aarch64; several times for both (default: what the "
                 "profile says)")
      ->allow_extra_args(false);
  app.add_option("--cap", options.capabilities,
                 "capabilities of the container, for Docker's profiles; "
                 "Docker's default set if none is given")
      ->allow_extra_args(false);
  app.add_option("--arguments", options.arguments,
                 "for traces: none, or constants: test the arguments whose "
                 "values strace writes by name")
      ->check(CLI::IsMember({"none", "constants"}));
  app.add_option("--kernel", options.kernel,
                 "the container's kernel, as 5.10, for Docker's profiles");
  app.add_option("--reader", options.reader,
                 "for which of minijail's readers its policy is: libminijail "
                 "(minijail0 -S), compiler (compile_seccomp_policy.py), or "
                 "auto: what the file has that one of them alone reads")
      ->check(CLI::IsMember({"auto", "libminijail", "compiler"}));
  app.add_option("--name", options.name, "the policy's name");
  app.add_option("-o,--output", options.output,
                 "file; standard output if none");
  app.add_option("file", options.files, "the profile")->required();
}

}  // namespace

int RunPolicyImport(int argc, char** argv) {
  CLI::App app(
      "Prints a policy made from another tool's profile, and on standard\n"
      "error every way in which it differs from what that tool would "
      "enforce.\n" +
          FormatLines() +
          "\n"
          "  bailey policy import --from oci seccomp.json -o container.policy",
      "bailey policy import");
  ImportOptions options;
  AddOptions(app, options);
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Import(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
