// The proof that a filter is its policy: for every architecture word, number,
// instruction pointer and argument the program returns what the policy says.
//
//   ProofResult proof = ProveFilter(policy, portion, FilterKind::kPlain, {},
//                                   program, 10'000);
//   if (proof.verdict != ProofVerdict::kProved) Refuse(proof);
//
// The policy is put into formulas from PortionPolicy itself, the program by
// symbolic execution; neither uses the lowering, the emitter or their tables of
// answers, so a fault there is found. What is trusted: Z3, the two encodings
// and common/bpf (which is held against the kernel by tests).
//
// The three filters of a portion are consistent with each other because each is
// proved to be the same policy's answer, mapped as filter_return.h draws it.
//
// Thread-safe: each call has a solver of its own. No exception leaves.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_PROVE_H_
#define BAILEY_POLICY_COMPILER_VERIFY_PROVE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

enum class ProofVerdict { kProved, kCounterexample, kUnknown };

// An input for which program and policy differ, replayed through
// policy::Evaluate and RunBpf before it is shown.
struct Counterexample {
  SeccompData data;
  Verdict verdict;        // the policy's, with its rule
  uint32_t expected = 0;  // what the policy says the filter should return
  uint32_t actual = 0;    // what the filter returns
};

struct ProofResult {
  ProofVerdict verdict = ProofVerdict::kUnknown;
  std::optional<Counterexample> counterexample;
  std::string reason;  // kUnknown: why; unknown is not proved
  std::string solver;  // "z3 4.8.12"
  double seconds = 0;  // wall time, encoding included

  bool proved() const { return verdict == ProofVerdict::kProved; }
};

// A program that ValidateBpf refuses is kUnknown with that reason: it decides
// nothing. `timeout_ms` is for the whole proof, encoding included; 0 means no
// limit.
ProofResult ProveFilter(const Policy& policy, const PortionPolicy& portion,
                        FilterKind kind, const NotifyOptions& options,
                        std::span<const sock_filter> program,
                        uint32_t timeout_ms);

// The same of filters that are installed one after the other, `stack[0]` first:
// of their answers the kernel takes the strongest (common/bpf/filter_stack.h).
ProofResult ProveFilters(const Policy& policy, const PortionPolicy& portion,
                         FilterKind kind, const NotifyOptions& options,
                         std::span<const BpfProgram> stack,
                         uint32_t timeout_ms);

// Of plain filters that others made: what the kernel does with their answers is
// what it does with the policy's (EffectiveReturn). Some tools return data that
// nobody reads.
ProofResult ProveForeignFilters(const Policy& policy,
                                const PortionPolicy& portion,
                                std::span<const BpfProgram> stack,
                                uint32_t timeout_ms);

// The obligation as SMT-LIB 2.6 (QF_BV), for any solver: `unsat` means proved.
// The same input gives the same bytes.
Result<std::string> ToSmtLib(const Policy& policy, const PortionPolicy& portion,
                             FilterKind kind, const NotifyOptions& options,
                             std::span<const sock_filter> program);
Result<std::string> StackToSmtLib(const Policy& policy,
                                  const PortionPolicy& portion, FilterKind kind,
                                  const NotifyOptions& options,
                                  std::span<const BpfProgram> stack);

// Two rules that answer one input with different errnos where no stronger rule
// matches: an error in the policy.
struct ErrnoConflict {
  uint32_t first_rule = 0;
  uint32_t second_rule = 0;
  SeccompData data;
};

// None: proved that there is no such input. Fails only where the solver gave
// up: then it is unknown, and nothing is proved. One question for each system
// call that has rules with different errnos; `timeout_ms` is for each.
Result<std::optional<ErrnoConflict>> FindErrnoConflict(
    const Policy& policy, const PortionPolicy& portion, uint32_t timeout_ms);

// "z3 4.8.12"
std::string SolverName();

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_PROVE_H_
