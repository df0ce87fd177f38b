#include "policy-compiler/verify/assertion.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/call_answers.h"
#include "policy-compiler/verify/policy_diff.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

constexpr size_t kShownExcess = 3;

// The rules that Bailey added stand behind the written ones.
PortionPolicy AsWritten(const Policy& policy, const PortionPolicy& portion) {
  PortionPolicy written = portion;
  std::erase_if(written.syscalls, [&](const SyscallRule& rule) {
    return rule.rule - kFirstUserRule >= policy.written_rules;
  });
  return written;
}

class AssertionProver {
 public:
  AssertionProver(const Policy& policy, const PortionPolicy& portion,
                  uint32_t timeout_ms, AssertionProof& proof)
      : policy_(policy),
        portion_(portion),
        timeout_ms_(timeout_ms),
        proof_(proof) {}

  void Run() {
    proof_.verdict = ProofVerdict::kProved;
    if (proof_.assertion.kind == AssertionKind::kSubset) return ProveSubset();
    for (const AssertedCalls& calls : proof_.assertion.calls) {
      ProveCalls(calls);
      if (proof_.verdict == ProofVerdict::kCounterexample) return;
    }
  }

 private:
  bool Breaks(const Action& action) const {
    const bool never = proof_.assertion.kind == AssertionKind::kNever;
    return LetsThrough(action) == never;
  }

  // Is there a call that matches and gets what it must not?
  void ProveCalls(const AssertedCalls& calls) {
    z3::context context;
    const Input input(context);
    const z3::expr allowed = AllowedBy(
        DecidersOf(policy_.architecture, portion_, calls.number, input), input);
    const bool never = proof_.assertion.kind == AssertionKind::kNever;
    const z3::expr broken =
        ConditionFormula(calls.when, input) && (never ? allowed : !allowed);
    z3::solver solver = SolverFor(context, broken, timeout_ms_);
    const z3::check_result found = solver.check();
    if (found == z3::unsat) return;
    if (found == z3::unknown) return GiveUp(solver.reason_unknown());
    SeccompData data = CallOf(policy_.architecture, calls.number);
    data.arguments = input.In(solver.get_model()).arguments;
    // INVARIANT: a witness counts only when the evaluator sees it too.
    CHECK(Holds(calls.when, data));
    Show(data);
  }

  void Show(const SeccompData& data) {
    const Verdict verdict = Evaluate(policy_.architecture, portion_, data);
    CHECK(Breaks(verdict.action));
    proof_.verdict = ProofVerdict::kCounterexample;
    proof_.witness = {data, verdict.action,
                      DescribeRule(policy_, portion_, verdict.rule)};
  }

  void GiveUp(std::string reason) {
    proof_.verdict = ProofVerdict::kUnknown;
    proof_.reason = std::move(reason);
  }

  void ProveSubset() {
    CHECK(proof_.assertion.ceiling != nullptr);
    Policy written = policy_;
    written.portions = {AsWritten(policy_, portion_)};
    const Result<PolicyDiff> diff = DiffPolicies(
        *proof_.assertion.ceiling, written,
        {.order = ActionOrder::kPermission, .timeout_ms = timeout_ms_});
    if (!diff.ok()) return GiveUp(diff.error().message);
    if (diff->exit_code() == 3) return GiveUp(diff->undecided[0].reason);
    if (diff->exit_code() != 0) ShowExcess(*diff);
  }

  // DiffPolicies replayed its witnesses.
  void ShowExcess(const PolicyDiff& diff) {
    proof_.verdict = ProofVerdict::kCounterexample;
    proof_.excess =
        RenderDiffText(diff, {.ceiling = true, .max_shown = kShownExcess});
    for (const CallDifference& call : diff.calls) {
      if (call.witness.relation == Relation::kStricter) continue;
      proof_.witness = {call.witness.data, call.witness.new_verdict.action,
                        call.new_rule};
      return;
    }
  }

  const Policy& policy_;
  const PortionPolicy& portion_;
  const uint32_t timeout_ms_;
  AssertionProof& proof_;
};

}  // namespace

AssertionProof ProveAssertion(const Policy& policy,
                              const PortionPolicy& portion,
                              const Assertion& assertion, uint32_t timeout_ms) {
  const auto start = std::chrono::steady_clock::now();
  AssertionProof proof;
  proof.assertion = assertion;
  proof.architecture = policy.architecture;
  proof.portion = portion.name;
  try {
    AssertionProver(policy, portion, timeout_ms, proof).Run();
  } catch (const std::exception& exception) {  // z3's, or no memory
    proof.verdict = ProofVerdict::kUnknown;
    proof.witness.reset();
    proof.reason = exception.what();
  }
  proof.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return proof;
}

// What the first filter never allows is never allowed; what is always to be
// allowed the second must allow as well.
std::vector<const PortionPolicy*> FiltersOf(const PortionPolicy& portion,
                                            AssertionKind kind) {
  std::vector<const PortionPolicy*> filters = {&portion};
  if (kind == AssertionKind::kAlways)
    for (const PortionPolicy& serving : portion.serving)
      filters.push_back(&serving);
  return filters;
}

std::vector<AssertionProof> ProveAssertions(const Policy& policy,
                                            uint32_t timeout_ms) {
  std::vector<AssertionProof> proofs;
  for (const Assertion& assertion : policy.assertions)
    for (const PortionPolicy& portion : policy.portions)
      if (assertion.portion.empty() || assertion.portion == portion.name)
        for (const PortionPolicy* each : FiltersOf(portion, assertion.kind))
          proofs.push_back(
              ProveAssertion(policy, *each, assertion, timeout_ms));
  return proofs;
}

int AssertionsCode(const std::vector<AssertionProof>& proofs) {
  int code = 0;
  for (const AssertionProof& proof : proofs) {
    if (proof.verdict == ProofVerdict::kCounterexample) return 1;
    if (!proof.proved()) code = 3;
  }
  return code;
}

}  // namespace bailey::policy
