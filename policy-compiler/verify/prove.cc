#include "policy-compiler/verify/prove.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>

#include "common/check.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/bpf_formula.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

// What is to be proved, and of what.
struct Obligation {
  const Policy& policy;
  const PortionPolicy& portion;
  FilterKind kind;
  const NotifyOptions& options;
  std::span<const sock_filter> program;

  // "There is an input on which they differ." May throw z3::exception.
  z3::expr Formula(const Input& input) const {
    const PolicyFormula expected(policy, portion, kind, options, input);
    return expected.Returned() != BpfFormula(program, input);
  }
};

// A witness counts only when both evaluators see it too: otherwise one of our
// encodings is wrong, and no proof made with it is worth anything.
Counterexample Replay(const Obligation& obligation, const SeccompData& data) {
  const Verdict verdict =
      Evaluate(obligation.policy.architecture, obligation.portion, data);
  Counterexample found{.data = data};
  found.expected =
      SpecifiedReturn(obligation.kind, verdict,
                      IsNotifiedAllow(obligation.policy.architecture,
                                      data.number, obligation.options),
                      IsSentinel(data, obligation.options));
  found.actual = RunBpf(obligation.program, data).returned;
  CHECK(found.expected != found.actual && "a counterexample replays");
  return found;
}

void Solve(const Obligation& obligation, uint32_t timeout_ms,
           ProofResult& result) {
  z3::context context;
  const Input input(context);
  z3::solver solver = SolverFor(context, obligation.Formula(input), timeout_ms);
  switch (solver.check()) {
    case z3::unsat:
      result.verdict = ProofVerdict::kProved;
      return;
    case z3::unknown:
      result.reason = solver.reason_unknown();
      return;
    case z3::sat:
      break;
  }
  result.verdict = ProofVerdict::kCounterexample;
  result.counterexample = Replay(obligation, input.In(solver.get_model()));
}

}  // namespace

std::string SolverName() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned build = 0;
  unsigned revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return fmt::format("z3 {}.{}.{}", major, minor, build);
}

ProofResult ProveFilter(const Policy& policy, const PortionPolicy& portion,
                        FilterKind kind, const NotifyOptions& options,
                        std::span<const sock_filter> program,
                        uint32_t timeout_ms) {
  const auto start = std::chrono::steady_clock::now();
  ProofResult result;
  result.solver = SolverName();
  if (const Result<> valid = ValidateBpf(program); !valid.ok()) {
    result.reason = valid.error().message;
    return result;
  }
  try {
    Solve({policy, portion, kind, options, program}, timeout_ms, result);
  } catch (const std::exception& exception) {  // z3's, or no memory
    result.verdict = ProofVerdict::kUnknown;
    result.counterexample.reset();
    result.reason = exception.what();
  }
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}

Result<std::string> ToSmtLib(const Policy& policy, const PortionPolicy& portion,
                             FilterKind kind, const NotifyOptions& options,
                             std::span<const sock_filter> program) {
  RETURN_IF_ERROR(ValidateBpf(program));
  try {
    z3::context context;
    const Input input(context);
    z3::solver solver(context);
    solver.add(
        Obligation{policy, portion, kind, options, program}.Formula(input));
    return "(set-logic QF_BV)\n" + solver.to_smt2();
  } catch (const std::exception& exception) {  // z3's, or no memory
    return Fail(fmt::format("z3: {}", exception.what()));
  }
}

}  // namespace bailey::policy
