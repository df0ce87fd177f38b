// bailey policy lift: from a raw filter, of a file or of a running process, to
// a policy.

#include "policy-compiler/lift/lift.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "cli/policy/commands.h"
#include "cli/policy/filter_files.h"
#include "common/fd.h"
#include "policy-compiler/lift/process_filters.h"

namespace bailey::cli {
namespace {

struct LiftVerbOptions {
  std::vector<std::string> files;
  int pid = 0;
  std::string architecture;  // empty: the one that the filter is for
  std::string format = "text";
  std::string output;
  policy::LiftOptions lift;
};

std::string SourceOf(const LiftVerbOptions& options) {
  if (options.pid != 0) return fmt::format("process {}", options.pid);
  return fmt::format("{}", fmt::join(options.files, ", "));
}

Result<std::vector<BpfProgram>> Filters(const LiftVerbOptions& options) {
  if (options.pid != 0) return policy::ReadProcessFilters(options.pid);
  return ReadFilterStack(options.files);
}

Result<Architecture> ChooseArchitecture(const std::string& name,
                                        const std::vector<BpfProgram>& stack) {
  if (name.empty()) return policy::ArchitectureOf(stack);
  const auto architecture = ParseArchitecture(name);
  if (architecture) return *architecture;
  return Fail("unknown architecture `" + name + "`",
              "there are x86_64 and aarch64");
}

// What is not proved is not given out as a policy; the JSON says so.
Result<> Write(const LiftVerbOptions& options,
               const policy::LiftedPolicy& lifted) {
  const bool json = options.format == "json";
  if (!json) fmt::print(stderr, "{}", policy::RenderLiftText(lifted));
  if (!json && !lifted.decided) return {};
  const std::string text = json ? policy::RenderLiftJson(lifted) : lifted.text;
  return options.output.empty() ? WriteAll(1, text, "standard output")
                                : WriteFileAtomically(options.output, text);
}

Result<int> Lift(LiftVerbOptions options) {
  if (options.files.empty() == (options.pid == 0))
    return Fail("name files with filters, or a process",
                "write FILE..., or --pid PID");
  ASSIGN_OR_RETURN(const std::vector<BpfProgram> stack, Filters(options));
  ASSIGN_OR_RETURN(options.lift.architecture,
                   ChooseArchitecture(options.architecture, stack));
  options.lift.source = SourceOf(options);
  ASSIGN_OR_RETURN(const policy::LiftedPolicy lifted,
                   policy::LiftFilters(stack, options.lift));
  RETURN_IF_ERROR(Write(options, lifted));
  return lifted.decided ? kExitFine : kExitUnknown;
}

}  // namespace

int RunPolicyLift(int argc, char** argv) {
  CLI::App app(
      "Prints a policy made from a raw seccomp filter (an array of struct\n"
      "sock_filter), whoever made it, proves with Z3 that they are equal, and\n"
      "lists every class of calls on which a policy cannot be: other\n"
      "architectures and x32 are killed, unknown numbers answer ENOSYS. There\n"
      "the policy never permits what the filter does not. Several files are a\n"
      "stack, in the order in which they are installed. With --pid the "
      "filters\n"
      "of a running process, which goes on: for root alone (CAP_SYS_ADMIN, "
      "and\n"
      "under no filter itself). Exit code 0: proved; 3: the solver gave up, "
      "and\n"
      "there is no policy.\n\n"
      "  bailey policy lift web.bpf -o web.policy\n"
      "  bailey policy lift --pid 4711",
      "bailey policy lift");
  LiftVerbOptions options;
  app.add_option("--pid", options.pid,
                 "a process or thread; root alone can see its filters")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()));
  app.add_option(
      "--arch", options.architecture,
      "x86_64 or aarch64; the one whose calls the filter tells apart "
      "if none is given");
  app.add_option("--name", options.lift.name, "the policy's name");
  app.add_option("--timeout-ms", options.lift.timeout_ms,
                 "for the proof; 0 means no limit");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("-o,--output", options.output,
                 "file; standard output if none");
  app.add_option("files", options.files, "raw filters");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Lift(std::move(options));
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
