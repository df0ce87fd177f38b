// The second half of `bailey check`: a report against a policy.

#include "policy-compiler/check/check.h"

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "cli/policy/documents.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/split/place_program.h"

namespace bailey::cli {
namespace {

struct CheckOptions {
  std::string policy;
  std::string report;
  std::string flow;
  std::string format = "text";
};

Result<int> CheckReport(const CheckOptions& options) {
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  const policy::Policy policy = policy::WithRuntimeRules(written->policy);
  ASSIGN_OR_RETURN(const Report report, LoadReport(options.report));
  ASSIGN_OR_RETURN(const Flow flow, LoadFlow(options.flow));
  Diagnostics diagnostics;
  Result<policy::Placement> placement =
      policy::PlaceProgram(policy, written->text, flow, diagnostics);
  if (!placement.ok()) return PrintDiagnostics(diagnostics);
  Plan plan;
  for (const policy::PortionPolicy& portion : policy.portions)
    plan.portions.emplace_back().name = portion.name;
  policy::ApplyPlacement(*std::move(placement), plan);
  const policy::CheckResult result = policy::Check(policy, report, &plan);
  fmt::print("{}", options.format == "json" ? policy::RenderCheckJson(result)
                                            : policy::RenderCheckText(result));
  return result.exit_code();
}

}  // namespace

int RunPolicyCheck(int argc, char** argv) {
  CLI::App app(
      "Holds a report against a policy, portion by portion.\n\n"
      "  bailey policy check --report report.json --flow flow.json "
      "notary.policy",
      "bailey policy check");
  CheckOptions options;
  app.add_option("--report", options.report, "report.json")->required();
  app.add_option("--flow", options.flow, "flow.json")->required();
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = CheckReport(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
