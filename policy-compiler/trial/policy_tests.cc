#include "policy-compiler/trial/policy_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "policy-compiler/language/action.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/seccomp/compile_filter.h"
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

struct CompiledFilter {
  FilterKind kind = FilterKind::kPlain;
  NotifyOptions options;
  BpfProgram program;
};

Result<std::vector<CompiledFilter>> CompileAll(const Policy& policy,
                                               const PortionPolicy& portion) {
  std::vector<CompiledFilter> filters;
  for (const FilterKind kind : kAllFilterKinds) {
    CompiledFilter filter{kind, AgentNotifyOptions(portion), {}};
    ASSIGN_OR_RETURN(filter.program,
                     CompileFilter(policy, portion, kind, filter.options));
    filters.push_back(std::move(filter));
  }
  return filters;
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
  explicit Runner(const Policy& policy) : policy_(policy) {}

  Result<TestReport> Run() {
    for (const PortionPolicy& portion : policy_.portions) {
      ASSIGN_OR_RETURN(filters_[portion.name], CompileAll(policy_, portion));
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
  Result<> RunInPortions(const Expectation& expectation, TestResult& result) {
    for (const PortionPolicy& portion : policy_.portions) {
      const bool asked =
          expectation.portion.empty() || expectation.portion == portion.name;
      if (!asked) continue;
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
    Touch(portion, call);
    ExpectationResult result;
    result.expectation = expectation;
    result.portion = portion.name;
    result.verdict = Evaluate(policy_.architecture, portion, call);
    result.as_expected = IsExpected(expectation, result.verdict.action);
    result.filter_fault = FilterFault(portion, call, result.verdict);
    // A filter that is known to be wrong is not tried.
    if (result.filter_fault.empty())
      RETURN_IF_ERROR(MakeCall(portion, call, result));
    return result;
  }

  void Touch(const PortionPolicy& portion, const SeccompData& call) {
    for (const SyscallRule& rule : portion.syscalls)
      if (rule.number == call.number && Holds(rule.when, call))
        report_.touched.insert(rule.rule);
  }

  std::string FilterFault(const PortionPolicy& portion, const SeccompData& call,
                          const Verdict& verdict) const {
    for (const CompiledFilter& filter : filters_.at(portion.name)) {
      const uint32_t expected = FilterReturn(
          filter.kind, verdict,
          FactsOf(policy_.architecture, call, filter.options), filter.options);
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
    if (!IsNative(policy_.architecture) || known == nullptr ||
        !IsSafeCall(known->name, call.arguments))
      return {};
    ASSIGN_OR_RETURN(const RealAnswer free, MakeRealCall(call, {}));
    ASSIGN_OR_RETURN(const RealAnswer filtered,
                     MakeRealCall(call, PlainFilter(portion)));
    result.real = JudgeRealCall(result.verdict.action, free, filtered);
    if (result.real == RealOutcome::kDiffers)
      result.real_fault = DescribeAnswer(filtered);
    return {};
  }

  const BpfProgram& PlainFilter(const PortionPolicy& portion) const {
    const auto& filters = filters_.at(portion.name);
    return std::ranges::find(filters, FilterKind::kPlain, &CompiledFilter::kind)
        ->program;
  }

  // Rules that Bailey adds stand in no file.
  void FindUntouched() {
    std::set<uint32_t> ours;
    for (const RuleInfo& rule : policy_.rules)
      if (rule.file.empty()) ours.insert(rule.index);
    for (const PortionPolicy& portion : policy_.portions)
      for (const SyscallRule& rule : portion.syscalls)
        if (!ours.contains(rule.rule) && !report_.touched.contains(rule.rule))
          report_.untouched.insert(rule.rule);
    std::erase_if(report_.touched,
                  [&](uint32_t rule) { return ours.contains(rule); });
  }

  const Policy& policy_;
  std::map<std::string, std::vector<CompiledFilter>, std::less<>> filters_;
  TestReport report_;
};

}  // namespace

bool TestReport::passed() const {
  return std::ranges::all_of(tests, [](const TestResult& test) {
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

Result<TestReport> RunPolicyTests(const Policy& policy) {
  return Runner(policy).Run();
}

}  // namespace bailey::policy
