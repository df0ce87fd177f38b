// bailey policy test: a policy's own tests.

#include <fmt/format.h>

#include <algorithm>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "common/json.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/trial/policy_tests.h"

namespace bailey::cli {
namespace {

using policy::ExpectationResult;
using policy::RealOutcome;

struct TestOptions {
  std::string policy;
  std::string architecture;  // empty: every target
  std::string format = "text";
  bool coverage = false;
  uint32_t timeout_ms = policy::kProofTimeoutMs;
};

// A target's policy, as it is enforced there, and what its tests came to.
struct TargetRun {
  policy::Policy policy;
  policy::TestReport report;
  std::vector<policy::AssertionProof> assertions = {};
};

struct Counts {
  size_t tests = 0;
  size_t expectations = 0;
  size_t failed = 0;
  size_t real = 0;
};

Counts CountAll(const policy::TestReport& report) {
  Counts counts;
  counts.tests = report.tests.size();
  for (const policy::TestResult& test : report.tests) {
    for (const ExpectationResult& result : test.results) {
      ++counts.expectations;
      if (!result.passed()) ++counts.failed;
      if (result.real == RealOutcome::kAgrees) ++counts.real;
    }
  }
  return counts;
}

bool AllPassed(const std::vector<TargetRun>& runs) {
  return std::ranges::all_of(
      runs, [](const TargetRun& run) { return run.report.passed(); });
}

int AssertionsCodeOf(const std::vector<TargetRun>& runs) {
  int code = kExitFine;
  for (const TargetRun& run : runs)
    code = GraverCode(code, policy::AssertionsCode(run.assertions));
  return code;
}

std::string_view RealName(RealOutcome outcome) {
  switch (outcome) {
    case RealOutcome::kNotMade:
      return "not made";
    case RealOutcome::kUnclear:
      return "unclear";
    case RealOutcome::kAgrees:
      return "agrees";
    case RealOutcome::kDiffers:
      return "differs";
  }
  return "not made";
}

std::string Place(const policy::RuleInfo& rule) {
  if (rule.file.empty()) return fmt::format("`{}`", rule.text);
  return fmt::format("`{}` ({}:{})", rule.text, rule.file, rule.line);
}

policy::RuleInfo DecidingRule(const policy::Policy& policy,
                              const ExpectationResult& result) {
  return DescribeRule(policy, *FindPortion(policy, result.portion),
                      result.verdict.rule);
}

void PrintFailure(const policy::Policy& policy, const policy::TestResult& test,
                  const ExpectationResult& result) {
  fmt::print("{}:{}: test \"{}\": {}\n", test.file, result.expectation.line,
             test.name, result.expectation.text);
  fmt::print("  expected {} in portion `{}`, got {} by {}\n",
             OutcomeName(result.expectation), result.portion,
             ActionName(result.verdict.action),
             Place(DecidingRule(policy, result)));
  if (!result.filter_fault.empty())
    fmt::print("  a fault of the compiler: {}\n", result.filter_fault);
  if (!result.real_fault.empty())
    fmt::print("  made for real under the filter: {}\n", result.real_fault);
}

void PrintCoverage(const policy::Policy& policy,
                   const policy::TestReport& report) {
  size_t builtin = 0;
  for (const uint32_t index : report.untouched) {
    const policy::RuleInfo rule =
        DescribeRule(policy, policy.portions.front(), index);
    if (rule.is_builtin)
      ++builtin;
    else
      fmt::print("{}:{}: no test touches `{}`\n", rule.file, rule.line,
                 rule.text);
  }
  fmt::print("{} of {} rules touched; {} of the others in built-in libraries\n",
             report.touched.size(),
             report.touched.size() + report.untouched.size(), builtin);
}

void PrintAssertions(const TargetRun& run) {
  if (run.assertions.empty()) return;
  const auto proved = std::ranges::count_if(
      run.assertions,
      [](const policy::AssertionProof& proof) { return proof.proved(); });
  fmt::print("{}: {} of {} assertions proved\n",
             ArchitectureName(run.policy.architecture), proved,
             run.assertions.size());
}

void PrintTarget(const TargetRun& run, bool coverage) {
  for (const policy::TestResult& test : run.report.tests)
    for (const ExpectationResult& result : test.results)
      if (!result.passed()) PrintFailure(run.policy, test, result);
  if (coverage) PrintCoverage(run.policy, run.report);
  const Counts counts = CountAll(run.report);
  fmt::print(
      "{}: {} tests, {} expectations: {} failed, {} seen in a real process\n",
      ArchitectureName(run.policy.architecture), counts.tests,
      counts.expectations, counts.failed, counts.real);
  PrintAssertions(run);
}

Json RuleJson(const policy::RuleInfo& rule) {
  return {{"text", rule.text}, {"file", rule.file}, {"line", rule.line}};
}

Json ResultJson(const policy::Policy& policy, const ExpectationResult& result) {
  Json json = {{"expectation", result.expectation.text},
               {"line", result.expectation.line},
               {"portion", result.portion},
               {"expected", OutcomeName(result.expectation)},
               {"actual", ActionName(result.verdict.action)},
               {"rule", RuleJson(DecidingRule(policy, result))},
               {"real", RealName(result.real)},
               {"passed", result.passed()}};
  if (!result.filter_fault.empty()) json["filter_fault"] = result.filter_fault;
  if (!result.real_fault.empty()) json["real_fault"] = result.real_fault;
  return json;
}

Json CoverageJson(const policy::Policy& policy,
                  const policy::TestReport& report) {
  Json untouched = Json::array();
  for (const uint32_t index : report.untouched)
    untouched.push_back(
        RuleJson(DescribeRule(policy, policy.portions.front(), index)));
  return {{"touched", report.touched.size()}, {"untouched", untouched}};
}

Json TargetJson(const TargetRun& run, bool coverage) {
  Json tests = Json::array();
  for (const policy::TestResult& test : run.report.tests) {
    Json results = Json::array();
    for (const ExpectationResult& result : test.results)
      results.push_back(ResultJson(run.policy, result));
    tests.push_back({{"name", test.name},
                     {"file", test.file},
                     {"line", test.line},
                     {"results", results}});
  }
  Json assertions = Json::array();
  for (const policy::AssertionProof& proof : run.assertions)
    assertions.push_back(policy::AssertionJson(proof));
  Json json = {{"arch", ArchitectureName(run.policy.architecture)},
               {"tests", tests},
               {"assertions", std::move(assertions)}};
  if (coverage) json["coverage"] = CoverageJson(run.policy, run.report);
  return json;
}

void PrintJson(const std::vector<TargetRun>& runs, bool coverage) {
  Json targets = Json::array();
  for (const TargetRun& run : runs)
    targets.push_back(TargetJson(run, coverage));
  fmt::print(
      "{}", WriteJson({{"schema", "bailey.test/1"},
                       {"passed",
                        AllPassed(runs) && AssertionsCodeOf(runs) == kExitFine},
                       {"targets", targets}}));
}

bool AnyUnproved(const std::vector<TargetRun>& runs) {
  return std::ranges::any_of(
      runs, [](const TargetRun& run) { return !run.report.unproved.empty(); });
}

void PrintUnproved(const TargetRun& run) {
  for (const policy::UnprovedFilter& filter : run.report.unproved)
    PrintError(
        {fmt::format("the {} filter of portion `{}` for {} is not proved: {}",
                     FilterKindName(filter.kind), filter.portion,
                     ArchitectureName(run.policy.architecture),
                     filter.proof.counterexample ? "it differs from the policy"
                                                 : filter.proof.reason),
         "`bailey policy prove` shows more"});
}

// 1 where something is wrong, 3 where all that is missing is a proof.
int TestExitCode(const std::vector<TargetRun>& runs) {
  if (AllPassed(runs)) return kExitFine;
  for (const TargetRun& run : runs) {
    if (CountAll(run.report).failed > 0) return kExitNo;
    for (const policy::UnprovedFilter& filter : run.report.unproved)
      if (filter.proof.counterexample) return kExitNo;
  }
  return AnyUnproved(runs) ? kExitUnknown : kExitNo;
}

Result<int> Test(const TestOptions& options) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  if (loaded->policy.tests.empty())
    fmt::print(stderr, "bailey: note: the policy has no `test` blocks\n");
  ASSIGN_OR_RETURN(const std::vector<const policy::Policy*> targets,
                   SelectTargets(*loaded, options.architecture));
  std::vector<TargetRun> runs;
  for (const policy::Policy* const written : targets) {
    // As `policy eval` answers: with the runtime's own rules.
    TargetRun run{policy::WithRuntimeRules(*written), {}};
    ASSIGN_OR_RETURN(
        run.report,
        policy::RunPolicyTests(
            run.policy, {.timeout_ms = options.timeout_ms, .tools = {}}));
    PrintUnproved(run);
    run.assertions =
        policy::ProveAssertions(run.policy, policy::kAssertionTimeoutMs);
    ReportAssertions(run.assertions);
    runs.push_back(std::move(run));
  }
  if (options.format == "json") {
    PrintJson(runs, options.coverage);
  } else {
    for (const TargetRun& run : runs) PrintTarget(run, options.coverage);
  }
  return GraverCode(TestExitCode(runs), AssertionsCodeOf(runs));
}

}  // namespace

int RunPolicyTest(int argc, char** argv) {
  CLI::App app(
      "Holds a policy's `test` blocks against the policy, against the filters "
      "that\n"
      "are compiled from it, and, for calls that do no harm whatever the "
      "answer,\n"
      "against the kernel: a child process makes them under the filter, once "
      "it "
      "is\n"
      "proved. Exit code 1 when one fails; 3: nothing failed, and a filter is "
      "not proved.\n\n"
      "  bailey policy test --coverage notary.policy",
      "bailey policy test");
  TestOptions options;
  app.add_option("--arch", options.architecture,
                 "only this target: x86_64 or aarch64");
  app.add_flag("--coverage", options.coverage,
               "also list the rules that no test touches");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for each proof; 0 means no limit");
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Test(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
