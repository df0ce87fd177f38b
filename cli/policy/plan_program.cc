// The plan of a program as it is, for `bailey run --policy P -- PROGRAM`:
// compiled and proved, without the program's sources.

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "common/documents/plan.h"
#include "policy-compiler/plan/program_plan.h"

namespace bailey::cli {
namespace {

struct PlanProgramOptions {
  std::string policy;
  policy::ProgramPlanOptions plan;
  uint32_t timeout_ms = policy::kProofTimeoutMs;
};

int RefuseUnprovedProgram(const std::vector<policy::UnprovedFilter>& unproved) {
  int code = kExitUnknown;
  for (const policy::UnprovedFilter& filter : unproved) {
    PrintError(
        {fmt::format("the {} filter is not proved: {}",
                     FilterKindName(filter.kind),
                     filter.proof.counterexample ? "it differs from the policy"
                                                 : filter.proof.reason),
         "no proof, no run: `bailey policy prove` shows the witness"});
    if (filter.proof.counterexample) code = kExitNo;
  }
  return code;
}

int ShowPlan(const policy::PlanResult& made) {
  if (!made.refused.empty()) return ReportAssertions(made.refused);
  if (!made.unproved.empty()) return RefuseUnprovedProgram(made.unproved);
  for (const std::string& gap : made.plan.unenforced)
    fmt::print(stderr, "not enforced: {}\n", gap);
  fmt::print("{}", WritePlan(made.plan));
  return kExitFine;
}

Result<int> PlanProgram(PlanProgramOptions& options) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*loaded, "x86_64"));
  ASSIGN_OR_RETURN(const policy::Policy loader, LoadLoaderRules());
  options.plan.tool = kVersion;
  ASSIGN_OR_RETURN(const policy::PlanResult made,
                   policy::BuildProgramPlan(
                       *target, loader, options.plan,
                       {.timeout_ms = options.timeout_ms, .tools = {}}));
  return ShowPlan(made);
}

// "PORTION=PATH" each.
Result<std::map<std::string, std::string>> PlacesOf(
    const std::vector<std::string>& programs) {
  std::map<std::string, std::string> places;
  for (const std::string& each : programs) {
    const size_t equals = each.find('=');
    if (equals == std::string::npos || each[equals + 1] != '/')
      return Fail(fmt::format("`{}` is no PORTION=/PATH", each));
    places[each.substr(0, equals)] = each.substr(equals + 1);
  }
  return places;
}

Result<int> PlanPrograms(PlanProgramOptions& options,
                         const std::vector<std::string>& programs) {
  ASSIGN_OR_RETURN(const auto places, PlacesOf(programs));
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*loaded, "x86_64"));
  ASSIGN_OR_RETURN(const policy::Policy loader, LoadLoaderRules());
  ASSIGN_OR_RETURN(const policy::PlanResult made,
                   policy::BuildProgramsPlan(
                       *target, loader, std::string(kVersion), places,
                       {.timeout_ms = options.timeout_ms, .tools = {}}));
  return ShowPlan(made);
}

}  // namespace

int RunPolicyPlanPrograms(int argc, char** argv) {
  CLI::App app(
      "Prints the plan of several programs that run as they are, one beside\n"
      "the other: each is a portion of the policy, with the rules of\n"
      "`runtime/loader`, compiled and proved.\n\n"
      "  bailey policy plan-programs --program signer=/bin/signer \\\n"
      "      --program worker=/bin/worker vault.policy",
      "bailey policy plan-programs");
  PlanProgramOptions options;
  std::vector<std::string> programs;
  app.add_option("--program", programs, "PORTION=PATH, its path inside")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for each proof; 0 means no limit");
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = PlanPrograms(options, programs);
  return status.ok() ? *status : PrintError(status.error());
}

int RunPolicyPlanProgram(int argc, char** argv) {
  CLI::App app(
      "Prints the plan of a program that runs as it is: one portion of the\n"
      "policy, with the rules of `runtime/loader`, compiled and proved.\n\n"
      "  bailey policy plan-program --program /usr/bin/jq jq.policy",
      "bailey policy plan-program");
  PlanProgramOptions options;
  app.add_option("--portion", options.plan.portion, "which, if several");
  app.add_option("--program", options.plan.program, "its path, inside")
      ->required();
  app.add_flag("--observe", options.plan.observe,
               "notify every call, to be counted (run --learn)");
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for each proof; 0 means no limit");
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = PlanProgram(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
