// What `bailey split` does first where a policy has the word `outline`: parts
// of functions become functions of their own.

#include <fmt/format.h>

#include "analyzer/outline/outline_program.h"
#include "analyzer/outline/outlined_build.h"
#include "cli/analyze/commands.h"
#include "cli/policy_credentials.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

struct OutlineCommand {
  analyzer::OutlinedBuild build;
  std::string flow;
  std::string policy;
};

// "A=B" as {A, B}.
std::pair<std::string, std::string> Halves(const std::string& text) {
  const size_t middle = text.find('=');
  return {text.substr(0, middle), text.substr(middle + 1)};
}

analyzer::OutlineOptions OptionsOf(const PolicyCredentials& policy) {
  analyzer::OutlineOptions options;
  for (const std::string& each : policy.outlined) {
    const auto [name, function] = Halves(each);
    options.requests.push_back({name, function});
  }
  for (const std::string& each : policy.declassified)
    options.declassified.push_back(Halves(each).first);
  return options;
}

Result<int> Outline(const OutlineCommand& command) {
  ASSIGN_OR_RETURN(const PolicyCredentials policy,
                   ReadPolicyCredentials(command.policy));
  if (policy.exit_code != kExitFine) return policy.exit_code;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(command.flow));
  ASSIGN_OR_RETURN(const Flow flow, ParseFlow(text, command.flow));
  Diagnostics diagnostics;
  const auto sources =
      analyzer::OutlineProgram(flow, OptionsOf(policy), diagnostics);
  PrintDiagnostics(diagnostics);
  if (!sources.ok())
    return diagnostics.has_errors() ? kExitError : PrintError(sources.error());
  RETURN_IF_ERROR(analyzer::WriteOutlinedBuild(flow, *sources, command.build));
  return kExitFine;
}

}  // namespace

int RunOutline(int argc, char** argv) {
  CLI::App app(
      "Makes functions of their own of the parts of functions that a policy\n"
      "outlines, and writes the sources and a compile database for them.\n"
      "bailey split and bailey build do so by themselves.\n\n"
      "  bailey-analyze analyze -p build --policy P --whole --flow flow.json\n"
      "  bailey-analyze outline -p build --policy P --flow flow.json -o "
      "outlined",
      "bailey-analyze outline");
  OutlineCommand command;
  command.build.build_directory = ".";
  app.add_option("-p,--build", command.build.build_directory,
                 "directory of compile_commands.json");
  app.add_option("--policy", command.policy, "the policy")->required();
  app.add_option("--flow", command.flow, "flow.json of the program as it is")
      ->required();
  app.add_option("--root", command.build.root,
                 "what ids and places are relative to; chosen by default");
  app.add_option("-o,--output", command.build.output_directory, "directory")
      ->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Outline(command);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
