// bailey policy import: a policy from another tool's profile.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "policy-compiler/formats/oci_import.h"

namespace bailey::cli {
namespace {

constexpr size_t kMaxProfileBytes = size_t{4} << 20;

struct ImportOptions {
  std::string from;
  std::string file;
  std::string widths = "kernel";
  std::string kernel;
  std::string output;
  policy::OciImportOptions oci;
};

Result<int> Import(ImportOptions options) {
  options.oci.full_widths = options.widths == "full";
  if (!options.kernel.empty()) {
    ASSIGN_OR_RETURN(options.oci.kernel,
                     policy::ParseKernelVersion(options.kernel));
  }
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(options.file, kMaxProfileBytes));
  ASSIGN_OR_RETURN(const policy::ImportedPolicy imported,
                   policy::ImportOciProfile(text, options.file, options.oci));
  RETURN_IF_ERROR(options.output.empty()
                      ? WriteAll(1, imported.text, "standard output")
                      : WriteFileAtomically(options.output, imported.text));
  for (const std::string& difference : imported.differences)
    fmt::print(stderr, "differs: {}\n", difference);
  PrintDiagnostics(imported.diagnostics);
  return kExitFine;
}

}  // namespace

int RunPolicyImport(int argc, char** argv) {
  CLI::App app(
      "Prints a policy made from another tool's profile, and on standard\n"
      "error every way in which it differs from what that tool would enforce.\n"
      "oci: the seccomp profiles of OCI runtimes, Docker and Podman.\n\n"
      "  bailey policy import --from oci seccomp.json -o container.policy",
      "bailey policy import");
  ImportOptions options;
  app.add_option("--from", options.from, "oci")
      ->required()
      ->check(CLI::IsMember({"oci"}));
  app.add_option("--widths", options.widths,
                 "kernel: compare what the kernel reads of an argument; full: "
                 "refuse where that is not all 64 bits")
      ->check(CLI::IsMember({"kernel", "full"}));
  app.add_option("--cap", options.oci.capabilities,
                 "capabilities of the container, for Docker's profiles; "
                 "Docker's default set if none is given")
      ->allow_extra_args(false);
  app.add_option("--kernel", options.kernel,
                 "the container's kernel, as 5.10, for Docker's profiles");
  app.add_option("--name", options.oci.name, "the policy's name");
  app.add_option("-o,--output", options.output,
                 "file; standard output if none");
  app.add_option("file", options.file, "the profile")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Import(std::move(options));
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
