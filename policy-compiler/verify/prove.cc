#include "policy-compiler/verify/prove.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <vector>

#include "common/check.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/obligation.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

bool Differ(const Obligation& obligation, const SeccompData& data) {
  const Verdict verdict =
      Evaluate(obligation.policy.architecture, obligation.portion, data);
  return obligation.Expected(verdict, data) != obligation.Actual(data);
}

// The same difference with less in it: a solver fills what does not matter with
// anything.
SeccompData Simplest(const Obligation& obligation, SeccompData data) {
  const auto simplify = [&](uint64_t& field) {
    const uint64_t found = field;
    for (const uint64_t simpler : {uint64_t{0}, found & 0xffffffff}) {
      field = simpler;
      if (Differ(obligation, data)) return;
    }
    field = found;
  };
  simplify(data.instruction_pointer);
  for (uint64_t& argument : data.arguments) simplify(argument);
  return data;
}

// A witness counts only when both evaluators see it too: otherwise one of our
// encodings is wrong, and no proof made with it is worth anything.
Counterexample Replay(const Obligation& obligation, const SeccompData& found) {
  CHECK(Differ(obligation, found) && "a counterexample replays");
  Counterexample shown;
  shown.data = Simplest(obligation, found);
  shown.verdict =
      Evaluate(obligation.policy.architecture, obligation.portion, shown.data);
  shown.expected = obligation.Expected(shown.verdict, shown.data);
  shown.actual = obligation.Actual(shown.data);
  return shown;
}

// The limit holds for all of a proof, so that what encodes for longer than that
// is given up, too.
class Deadline {
 public:
  explicit Deadline(uint32_t limit_ms) : limit_ms_(limit_ms) {}

  double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  bool Passed() const {
    return limit_ms_ != 0 && Seconds() * 1000 >= limit_ms_;
  }
  // Of the limit; 0: there is none.
  uint32_t LeftMs() const {
    if (limit_ms_ == 0) return 0;
    const double left = limit_ms_ - Seconds() * 1000;
    return left < 1 ? 1 : static_cast<uint32_t>(left);
  }

 private:
  using Clock = std::chrono::steady_clock;

  const Clock::time_point begin_ = Clock::now();
  const uint32_t limit_ms_;
};

void Solve(const Obligation& obligation, const Deadline& deadline,
           ProofResult& result) {
  z3::context context;
  const Input input(context);
  const z3::expr differ =
      obligation.Expected(input) != obligation.Actual(input);
  if (deadline.Passed()) {
    result.reason = "timeout";
    return;
  }
  z3::solver solver = SolverFor(context, differ, deadline.LeftMs());
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
  result.counterexample = Replay(obligation, input.In(solver.get_model()));
  result.verdict = ProofVerdict::kCounterexample;
}

ProofResult Prove(const Obligation& obligation, uint32_t timeout_ms) {
  const Deadline deadline(timeout_ms);
  ProofResult result;
  result.solver = SolverName();
  if (const Result<> valid = obligation.Validate(); !valid.ok()) {
    result.reason = valid.error().message;
    return result;
  }
  try {
    Solve(obligation, deadline, result);
  } catch (const std::exception& exception) {  // z3's, or no memory
    result.verdict = ProofVerdict::kUnknown;
    result.counterexample.reset();
    result.reason = exception.what();
  }
  result.seconds = deadline.Seconds();
  return result;
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
  const BpfProgram stack[] = {BpfProgram(program.begin(), program.end())};
  return ProveFilters(policy, portion, kind, options, stack, timeout_ms);
}

ProofResult ProveFilters(const Policy& policy, const PortionPolicy& portion,
                         FilterKind kind, const NotifyOptions& options,
                         std::span<const BpfProgram> stack,
                         uint32_t timeout_ms) {
  return Prove({policy, portion, kind, options, stack}, timeout_ms);
}

ProofResult ProveForeignFilters(const Policy& policy,
                                const PortionPolicy& portion,
                                std::span<const BpfProgram> stack,
                                uint32_t timeout_ms) {
  const NotifyOptions none;
  return Prove({policy, portion, FilterKind::kPlain, none, stack, true},
               timeout_ms);
}

}  // namespace bailey::policy
