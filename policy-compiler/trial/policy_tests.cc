#include "policy-compiler/trial/policy_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "policy-compiler/language/action.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/trial/real_outcome.h"
#include "policy-compiler/trial/safe_call.h"

namespace bailey::policy {
namespace {

// A filter can be installed only where its system calls are.
bool IsNative(Architecture architecture) {
#if defined(__x86_64__)
  return architecture == Architecture::kX8664;
#else
  return false;
#endif
}

bool IsExpected(const Expectation& expectation, const Action& action) {
  switch (expectation.kind) {
    case Expectation::Kind::kAllowed:
      return !IsDenial(action);
    case Expectation::Kind::kDenied:
      return IsDenial(action);
    case Expectation::Kind::kAction:
      break;
  }
  return action == expectation.action;
}

class Runner {
 public:
  Runner(const Policy& policy, const ProofOptions& proof)
      : policy_(policy), proof_(proof) {}

  Result<TestReport> Run() {
    for (const PortionPolicy& portion : policy_.portions) {
      RETURN_IF_ERROR(MakeFilters(portion));
      for (const PortionPolicy& serving : portion.serving)
        RETURN_IF_ERROR(MakeServingFilter(serving));
    }
    for (const PolicyTest& test : policy_.tests) {
      TestResult result{test.name, test.file, test.line, {}};
      for (const Expectation& expectation : test.expectations)
        RETURN_IF_ERROR(RunInPortions(expectation, result));
      report_.tests.push_back(std::move(result));
    }
    FindUntouched();
    return std::move(report_);
  }

 private:
  Result<> MakeFilters(const PortionPolicy& portion) {
    ASSIGN_OR_RETURN(
        std::vector<FilterProof> filters,
        CompileAndProve(policy_, portion, proof_.timeout_ms, proof_.tools));
    Keep(portion, std::move(filters));
    return {};
  }

  Result<> MakeServingFilter(const PortionPolicy& serving) {
    ASSIGN_OR_RETURN(FilterProof filter,
                     CompileAndProvePlain(policy_, serving, proof_.timeout_ms,
                                          proof_.tools));
    Keep(serving, {std::move(filter)});
    return {};
  }

  void Keep(const PortionPolicy& portion, std::vector<FilterProof> filters) {
    for (const FilterProof& filter : filters)
      if (!filter.proof.proved())
        report_.unproved.push_back(
            {portion.name, filter.filter.kind, filter.proof});
    filters_[portion.name] = std::move(filters);
  }

  Result<> RunInPortions(const Expectation& expectation, TestResult& result) {
    for (const PortionPolicy& portion : policy_.portions) {
      const bool asked =
          expectation.portion.empty() || expectation.portion == portion.name;
      if (!asked) continue;
      if (expectation.serving && portion.serving.empty())
        return Fail(fmt::format("{}:{}: the portion `{}` has no `serving`",
                                result.file, expectation.line, portion.name));
      ASSIGN_OR_RETURN(ExpectationResult answer, Ask(expectation, portion));
      result.results.push_back(std::move(answer));
    }
    return {};
  }

  Result<ExpectationResult> Ask(const Expectation& expectation,
                                const PortionPolicy& portion) {
    SeccompData call;
    call.number = expectation.number;
    call.architecture = SyscallTable::For(policy_.architecture).audit_arch();
    call.arguments = expectation.arguments;
    ExpectationResult result;
    result.expectation = expectation;
    if (expectation.serving) {
      AskServing(portion, call, result);
      return result;
    }
    Touch(portion, call);
    result.portion = portion.name;
    result.verdict = Evaluate(policy_.architecture, portion, call);
    result.as_expected = IsExpected(expectation, result.verdict.action);
    result.filter_fault = FilterFault(portion, call, result.verdict);
    // A filter that is known to be wrong is not tried.
    if (result.filter_fault.empty())
      RETURN_IF_ERROR(MakeCall(portion, call, result));
    return result;
  }

  // The answer is that of both filters. No call is made: it would be under one.
  void AskServing(const PortionPolicy& portion, const SeccompData& call,
                  ExpectationResult& result) {
    const PortionPolicy& serving = portion.serving.front();
    Touch(serving, call);
    result.portion = serving.name;
    result.verdict = EvaluateServing(policy_.architecture, portion, call);
    result.as_expected = IsExpected(result.expectation, result.verdict.action);
    result.filter_fault = FilterFault(
        serving, call, Evaluate(policy_.architecture, serving, call));
  }

  void Touch(const PortionPolicy& portion, const SeccompData& call) {
    for (const SyscallRule& rule : portion.syscalls)
      if (rule.number == call.number && Holds(rule.when, call))
        report_.touched.insert(rule.rule);
  }

  std::string FilterFault(const PortionPolicy& portion, const SeccompData& call,
                          const Verdict& verdict) const {
    const NotifyOptions options =
        AgentNotifyOptions(portion, policy_.architecture);
    for (const FilterProof& made : filters_.at(portion.name)) {
      const PlanFilter& filter = made.filter;
      const uint32_t expected =
          FilterReturn(filter.kind, verdict,
                       FactsOf(policy_.architecture, call, options), options);
      const uint32_t actual = RunBpf(filter.program, call).returned;
      if (actual != expected)
        return fmt::format("the {} filter returns {:#x}, not {:#x}",
                           FilterKindName(filter.kind), actual, expected);
    }
    return "";
  }

  Result<> MakeCall(const PortionPolicy& portion, const SeccompData& call,
                    ExpectationResult& result) {
    const Syscall* known =
        SyscallTable::For(policy_.architecture).FindByNumber(call.number);
    const FilterProof& plain = PlainFilter(portion);
    if (!plain.proof.proved() || !IsNative(policy_.architecture) ||
        known == nullptr || !IsSafeCall(known->name, call.arguments))
      return {};
    ASSIGN_OR_RETURN(const RealAnswer free, MakeRealCall(call, {}));
    ASSIGN_OR_RETURN(const RealAnswer filtered,
                     MakeRealCall(call, plain.filter.program));
    result.real = JudgeRealCall(result.verdict.action, free, filtered);
    if (result.real == RealOutcome::kDiffers)
      result.real_fault = DescribeAnswer(filtered);
    return {};
  }

  const FilterProof& PlainFilter(const PortionPolicy& portion) const {
    return *std::ranges::find_if(
        filters_.at(portion.name), [](const FilterProof& filter) {
          return filter.filter.kind == FilterKind::kPlain;
        });
  }

  // Rules that Bailey adds stand in no file.
  void FindUntouched() {
    std::set<uint32_t> ours;
    for (const RuleInfo& rule : policy_.rules)
      if (rule.file.empty()) ours.insert(rule.index);
    for (const PortionPolicy& portion : policy_.portions)
      AddUntouched(portion, ours);
    for (const PortionPolicy& portion : policy_.portions)
      for (const PortionPolicy& serving : portion.serving)
        AddUntouched(serving, ours);
    std::erase_if(report_.touched,
                  [&](uint32_t rule) { return ours.contains(rule); });
  }

  void AddUntouched(const PortionPolicy& portion,
                    const std::set<uint32_t>& ours) {
    for (const SyscallRule& rule : portion.syscalls)
      if (!ours.contains(rule.rule) && !report_.touched.contains(rule.rule))
        report_.untouched.insert(rule.rule);
  }

  const Policy& policy_;
  const ProofOptions& proof_;
  std::map<std::string, std::vector<FilterProof>, std::less<>> filters_;
  TestReport report_;
};

}  // namespace

bool TestReport::passed() const {
  return unproved.empty() &&
         std::ranges::all_of(tests, [](const TestResult& test) {
           return std::ranges::all_of(test.results, &ExpectationResult::passed);
         });
}

std::string OutcomeName(const Expectation& expectation) {
  switch (expectation.kind) {
    case Expectation::Kind::kAllowed:
      return "allowed";
    case Expectation::Kind::kDenied:
      return "denied";
    case Expectation::Kind::kAction:
      break;
  }
  return ActionName(expectation.action);
}

Result<TestReport> RunPolicyTests(const Policy& policy,
                                  const ProofOptions& proof) {
  return Runner(policy, proof).Run();
}

}  // namespace bailey::policy
