// The middle of `bailey build`: check, place, compile and prove; writes the
// plan.

#include <fmt/format.h>

#include <cstdio>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "cli/policy/documents.h"
#include "policy-compiler/check/check.h"
#include "policy-compiler/plan/plan_builder.h"

namespace bailey::cli {
namespace {

struct PlanOptions {
  std::string policy;
  std::string report;
  std::string flow;
  std::string output;
  uint32_t timeout_ms = policy::kProofTimeoutMs;
};

int RefuseUnproved(const std::vector<policy::UnprovedFilter>& unproved) {
  int code = kExitUnknown;
  for (const policy::UnprovedFilter& filter : unproved) {
    PrintError(
        {fmt::format("the {} filter of portion `{}` is not proved: {}",
                     FilterKindName(filter.kind), filter.portion,
                     filter.proof.counterexample ? "it differs from the policy"
                                                 : filter.proof.reason),
         "`bailey policy prove` shows the witness"});
    if (filter.proof.counterexample) code = kExitNo;
  }
  return code;
}

void PrintSummary(const Plan& plan) {
  for (const PlanPortion& portion : plan.portions) {
    for (const PlanFilter& filter : portion.filters) {
      fmt::print(stderr,
                 "portion {}: {} filter, {} instructions, proved by {}\n",
                 portion.name, FilterKindName(filter.kind),
                 filter.program.size(), filter.solver);
    }
    if (portion.serving)
      fmt::print(stderr,
                 "portion {}: filter for serving, {} instructions, proved by "
                 "{}\n",
                 portion.name, portion.serving->program.size(),
                 portion.serving->solver);
  }
  for (const std::string& gap : plan.unenforced)
    fmt::print(stderr, "not enforced: {}\n", gap);
}

Result<> RefuseOtherTarget(const Report& report) {
  if (report.target == ArchitectureName(Architecture::kX8664)) return {};
  return Fail("the program is compiled for " + report.target +
                  ", and bundles are built for x86_64 alone yet",
              "`bailey check` holds it against the policy");
}

void NoteOtherTargets(const LoadedPolicy& loaded) {
  for (const policy::Policy& other : loaded.other_targets)
    fmt::print(stderr,
               "the bundle is for {}, this host's architecture; the policy's "
               "target {} is not built\n",
               ArchitectureName(loaded.policy.architecture),
               ArchitectureName(other.architecture));
}

Result<int> MakePlan(const PlanOptions& options) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const Report report, LoadReport(options.report));
  ASSIGN_OR_RETURN(const Flow flow, LoadFlow(options.flow));
  RETURN_IF_ERROR(RefuseOtherTarget(report));
  NoteOtherTargets(*loaded);
  Diagnostics diagnostics;
  Result<policy::PlanResult> made = policy::BuildPlan(
      loaded->policy, loaded->text, flow, diagnostics,
      {.timeout_ms = options.timeout_ms, .tools = {}}, report.capabilities);
  if (!diagnostics.empty()) PrintDiagnostics(diagnostics);
  if (!made.ok())
    return diagnostics.has_errors() ? kExitError : PrintError(made.error());
  if (!made->refused.empty()) {
    std::remove(options.output.c_str());  // one of an earlier run
    return ReportAssertions(made->refused);
  }
  const policy::CheckResult check = policy::Check(
      policy::WithRuntimeRules(loaded->policy), report, &made->plan);
  fmt::print(stderr, "{}", policy::RenderCheckText(check));
  if (check.exit_code() == kExitNo) return kExitNo;
  if (!made->unproved.empty()) {
    // 3 means "undecided" with a plan, too: whoever goes on after it must not
    // find one of an earlier run.
    std::remove(options.output.c_str());
    return RefuseUnproved(made->unproved);
  }
  PrintSummary(made->plan);
  RETURN_IF_ERROR(WriteFileAtomically(options.output, WritePlan(made->plan)));
  return check.exit_code();
}

}  // namespace

int RunPolicyPlan(int argc, char** argv) {
  CLI::App app(
      "Checks, places, compiles and proves; writes plan.json. Exit code 0\n"
      "or 3 (undecided calls, which the filters refuse) with a plan; 1 or 2\n"
      "without. A filter that could not be proved is 3, too, and removes an\n"
      "old plan.\n\n"
      "  bailey policy plan --report report.json --flow flow.json "
      "-o plan.json notary.policy",
      "bailey policy plan");
  PlanOptions options;
  app.add_option("--report", options.report, "report.json")->required();
  app.add_option("--flow", options.flow, "flow.json")->required();
  app.add_option("-o,--output", options.output, "plan.json")->required();
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for each proof; 0 means no limit");
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = MakePlan(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
