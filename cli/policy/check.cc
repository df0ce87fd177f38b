// The second half of `bailey check`: a report against a policy.

#include "policy-compiler/check/check.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "cli/policy/documents.h"
#include "common/findings/apply_suppressions.h"
#include "common/findings/baseline.h"
#include "common/findings/rules.h"
#include "common/findings/sarif.h"
#include "policy-compiler/check/findings.h"
#include "policy-compiler/language/loader_rules.h"
#include "policy-compiler/language/program_words.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/split/place_program.h"

namespace bailey::cli {
namespace {

struct CheckOptions {
  std::string policy;
  std::string report;
  std::string flow;      // may be empty with a portion
  std::string portion;   // a program as it is; empty: a program to be split
  std::string baseline;  // an older report, or empty
  std::string format = "text";
  bool ignores_suppressions = false;
};

// The report and what belongs to it.
struct Checked {
  Report report;
  Flow flow;
  SourceTree tree;
};

Result<Checked> LoadChecked(const CheckOptions& options) {
  Checked checked;
  ASSIGN_OR_RETURN(checked.report, LoadReport(options.report));
  if (!options.flow.empty()) {
    ASSIGN_OR_RETURN(checked.flow, LoadFlow(options.flow));
  }
  checked.tree = FindSourceTree(checked.report, checked.flow,
                                std::filesystem::current_path().string());
  return checked;
}

void Note(const std::string& text) {
  fmt::print(stderr, "bailey: note: {}\n", text);
}

Result<> MarkBaseline(const CheckOptions& options, const Report& report,
                      std::vector<Finding>& findings) {
  if (options.baseline.empty()) return {};
  ASSIGN_OR_RETURN(const Report before, LoadReport(options.baseline));
  if (before.target != report.target)
    return Fail("`" + options.baseline + "` is a report for " + before.target +
                    ", and the program is for " + report.target,
                "analyze both for one target");
  MarkKnown(before, findings);
  return {};
}

void Print(const CheckOptions& options, const Checked& checked,
           const std::vector<Finding>& findings,
           const policy::CheckResult& result) {
  if (options.format != "sarif")
    return fmt::print("{}", options.format == "json"
                                ? policy::RenderCheckJson(result)
                                : policy::RenderCheckText(result));
  const SarifLog log =
      WriteSarif(findings, CheckRules(),
                 MakeSarifOptions(checked.report, checked.flow, checked.tree));
  if (!log.cut.empty()) Note(log.cut);
  fmt::print("{}", log.text);
}

// The answer, from all that the check found to what is new and not suppressed.
Result<int> Conclude(const CheckOptions& options, const Checked& checked,
                     policy::CheckResult result) {
  std::vector<Finding> findings = policy::CheckFindings(result, checked.report);
  if (!options.ignores_suppressions) {
    for (const std::string& note :
         ApplySuppressions(checked.report, checked.tree, findings))
      Note(note);
  }
  RETURN_IF_ERROR(MarkBaseline(options, checked.report, findings));
  result = policy::WithoutSuppressed(std::move(result), findings);
  Print(options, checked, findings, result);
  return result.exit_code();
}

// All of the report is one portion's, and the loader's own calls are permitted.
Result<int> CheckProgram(const CheckOptions& options, const Checked& checked,
                         const policy::Policy& target) {
  ASSIGN_OR_RETURN(const policy::Policy loader, LoadLoaderRules());
  policy::Policy policy = target;
  policy::AddLoaderRules(loader, policy);
  const int refused = RefuseAssertions(policy);
  std::erase_if(policy.portions, [&](const policy::PortionPolicy& portion) {
    return portion.name != options.portion;
  });
  if (policy.portions.empty())
    return Fail(fmt::format("there is no portion `{}`", options.portion));
  ASSIGN_OR_RETURN(const int code,
                   Conclude(options, checked,
                            policy::Check(policy, checked.report, nullptr)));
  return GraverCode(code, refused);
}

Result<int> CheckReport(const CheckOptions& options) {
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  ASSIGN_OR_RETURN(const Checked checked, LoadChecked(options));
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*written, checked.report.target));
  if (!options.portion.empty()) return CheckProgram(options, checked, *target);
  if (policy::HasPrograms(*target))
    return Fail("the portions of the policy are programs as they are",
                "hold each against its own: --portion NAME");
  if (options.flow.empty()) return Fail("--flow is missing");
  const policy::Policy policy = policy::WithRuntimeRules(*target);
  Diagnostics diagnostics;
  Result<policy::Placement> placement =
      policy::PlaceProgram(policy, written->text, checked.flow, diagnostics,
                           checked.report.capabilities);
  if (!placement.ok()) return PrintDiagnostics(diagnostics);
  const int refused = RefuseAssertions(policy);
  Plan plan;
  for (const policy::PortionPolicy& portion : policy.portions)
    plan.portions.emplace_back().name = portion.name;
  policy::ApplyPlacement(*std::move(placement), plan);
  ASSIGN_OR_RETURN(
      const int code,
      Conclude(options, checked, policy::Check(policy, checked.report, &plan)));
  return GraverCode(code, refused);
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
  app.add_option("--flow", options.flow, "flow.json");
  app.add_option("--portion", options.portion,
                 "hold all of the report against this portion, as that of a "
                 "program as it is; without --flow");
  app.add_option("--baseline", options.baseline,
                 "an older report.json: show and count only what is new");
  app.add_flag("--ignore-suppressions", options.ignores_suppressions,
               "count what `bailey-ignore` comments suppress");
  app.add_option("--format", options.format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = CheckReport(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
