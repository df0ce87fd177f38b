// bailey policy narrow: the filters of a plan, for what the portions' own
// programs can do.

#include "policy-compiler/infer/narrow.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "cli/policy/documents.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/plan/plan_builder.h"
#include "policy-compiler/plan/plan_parts.h"

namespace bailey::cli {
namespace {

struct NarrowOptions {
  std::string policy;
  std::string plan;
  std::string output;
  std::string texts;                 // directory, or empty
  std::vector<std::string> reports;  // "PORTION=report.json"
};

// It keeps all that the policy permits it.
void WarnOfUnresolved(const std::string& portion, const Report& report) {
  const Unresolved& first = report.unresolved.front();
  fmt::print(stderr,
             "warning: portion {} is not narrowed: of {} places it is not "
             "known what they call (the first: {}, {}:{})\n",
             portion, report.unresolved.size(), first.reason, first.site.file,
             first.site.line);
}

Result<> NarrowOne(const NarrowOptions& options, const std::string& pair,
                   policy::Policy& policy) {
  const size_t equals = pair.find('=');
  if (equals == std::string::npos)
    return Fail("`" + pair + "` is not PORTION=report.json");
  const std::string portion = pair.substr(0, equals);
  ASSIGN_OR_RETURN(const Report report, LoadReport(pair.substr(equals + 1)));
  if (!report.unresolved.empty()) {
    WarnOfUnresolved(portion, report);
    return {};
  }
  ASSIGN_OR_RETURN(
      const policy::Narrowing done,
      policy::NarrowPortion(portion, report, FindBuiltinPolicy, policy));
  fmt::print(stderr, "portion {}: narrowed from {} system calls to {}\n",
             portion, done.calls_before, done.calls_after);
  if (options.texts.empty()) return {};
  return WriteFileAtomically(options.texts + "/" + portion + "/narrowed.policy",
                             done.text);
}

Result<Plan> LoadPlan(const NarrowOptions& options,
                      const policy::Policy& policy) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.plan));
  ASSIGN_OR_RETURN(Plan plan, ParsePlan(text, options.plan));
  if (plan.policy_sha256 != policy.sha256 ||
      plan.portions.size() != policy.portions.size())
    return Fail(options.plan + " was not made of this policy",
                "make it anew: `bailey policy plan`");
  return plan;
}

// The filters of all portions, for the rules' numbers are others.
Result<> ReplaceFilters(const policy::Policy& narrow, Plan& plan,
                        policy::PlanResult& result) {
  for (size_t i = 0; i < narrow.portions.size(); ++i) {
    const policy::PortionPolicy& portion = narrow.portions[i];
    PlanPortion& planned = plan.portions[i];
    planned.rules = policy::PolicyPart(narrow, portion).rules;
    planned.filters.clear();
    planned.serving.reset();
    RETURN_IF_ERROR(policy::AddFilters(narrow, portion,
                                       policy::AgentNotifyOptions(portion), {},
                                       planned, result));
    RETURN_IF_ERROR(
        policy::AddServingFilter(narrow, portion, {}, planned, result));
  }
  return {};
}

Result<int> Narrow(const NarrowOptions& options) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(Plan plan, LoadPlan(options, loaded->policy));
  policy::Policy narrow = loaded->policy;
  std::set<std::string> seen;
  for (const std::string& pair : options.reports) {
    if (!seen.insert(pair.substr(0, pair.find('='))).second)
      return Fail("`" + pair + "` is a second report of its portion");
    RETURN_IF_ERROR(NarrowOne(options, pair, narrow));
  }
  narrow = policy::WithRuntimeRules(std::move(narrow));
  policy::PlanResult result;
  result.refused = policy::BrokenAssertions(narrow);
  if (!result.refused.empty()) return ReportAssertions(result.refused);
  RETURN_IF_ERROR(ReplaceFilters(narrow, plan, result));
  if (!result.unproved.empty())
    return Fail(fmt::format("the narrowed filters of portion `{}` are not "
                            "proved",
                            result.unproved.front().portion),
                "build without --narrow");
  RETURN_IF_ERROR(WriteFileAtomically(options.output, WritePlan(plan)));
  return kExitFine;
}

}  // namespace

int RunPolicyNarrow(int argc, char** argv) {
  CLI::App app(
      "Narrows the filters of a plan: each portion keeps what the policy\n"
      "permits it and the report of its own program has. Proved as ever.\n"
      "`bailey build --narrow` does it all.\n\n"
      "  bailey policy narrow --plan plan.json --report signer=signer.json "
      "-o narrow.json notary.policy",
      "bailey policy narrow");
  NarrowOptions options;
  app.add_option("--plan", options.plan, "plan.json of this policy")
      ->required();
  app.add_option("--report", options.reports,
                 "PORTION=report.json, of the program that the portion became")
      ->required()
      ->allow_extra_args(false);
  app.add_option("--texts", options.texts,
                 "write PORTION/narrowed.policy below this directory: each "
                 "rule with its places in the program");
  app.add_option("-o,--output", options.output, "plan.json")->required();
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Narrow(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
