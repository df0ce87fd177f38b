// One question to Z3, with its time limit.
//
//   z3::context context;
//   z3::check_result answer = SolverFor(context, formula, timeout_ms).check();

#ifndef BAILEY_POLICY_COMPILER_VERIFY_SOLVER_H_
#define BAILEY_POLICY_COMPILER_VERIFY_SOLVER_H_

#include <z3++.h>

#include <cstdint>

namespace bailey::policy {

// A solver for closed questions about bit-vectors that holds `formula`.
// `timeout_ms` 0 means none. May throw z3::exception.
inline z3::solver SolverFor(z3::context& context, const z3::expr& formula,
                            uint32_t timeout_ms) {
  z3::solver solver = z3::tactic(context, "qfbv").mk_solver();
  if (timeout_ms > 0) {
    z3::params params(context);
    params.set("timeout", timeout_ms);
    solver.set(params);
  }
  solver.add(formula);
  return solver;
}

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_SOLVER_H_
