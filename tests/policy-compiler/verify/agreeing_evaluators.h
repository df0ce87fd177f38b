// One policy through every evaluator: of the policy, a second opinion on it, of
// the decision graph, and of the filter, on inputs that execute every
// instruction of the filter and take both branches of every jump. Inputs are
// derived from the policy; where they leave a branch, Z3 makes one that takes
// it, or shows that no input does.
//
//   const Agreement agreement = CompareEvaluators(policy, kind, options, more);
//   CHECK(agreement.fault.empty());
//
// Used by a test with fixed seeds and by fuzz/filter_fuzzer.cc.

#ifndef BAILEY_TESTS_POLICY_COMPILER_VERIFY_AGREEING_EVALUATORS_H_
#define BAILEY_TESTS_POLICY_COMPILER_VERIFY_AGREEING_EVALUATORS_H_

#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

#include "common/bpf/trace.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/lower/lower.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "policy-compiler/verify/bpf_formula.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/lower/reference_evaluator.h"

namespace bailey::policy {

struct Agreement {
  std::string fault;  // how they differ; empty: they agree
  size_t instructions = 0;
  size_t branches = 0;    // two a conditional jump, one for others
  size_t by_solver = 0;   // which only an input of Z3's took
  size_t infeasible = 0;  // which no input takes, as Z3 showed
  size_t dead = 0;        // instructions that no input reaches
};

class EvaluatorComparison {
 public:
  EvaluatorComparison(const Policy& policy, FilterKind kind,
                      const NotifyOptions& options,
                      const EmissionOptions& emission)
      : policy_(policy),
        portion_(policy.portions[0]),
        kind_(kind),
        options_(options),
        emission_(emission) {}

  Agreement Run(const std::vector<SeccompData>& more) {
    if (!Compile()) return agreement_;
    for (const SeccompData& data : InterestingInputs(policy_)) Compare(data);
    for (const SeccompData& data : more) Compare(data);
    CountBranches();
    if (!agreement_.fault.empty() || AllCovered()) return agreement_;
    try {
      CoverTheRest();
    } catch (const std::exception& exception) {
      Fault(fmt::format("z3: {}", exception.what()));
    }
    return agreement_;
  }

 private:
  // Of an instruction: executed and its jump taken, executed and not taken.
  // Others are "not taken".
  struct Covered {
    bool taken = false;
    bool fell = false;
  };

  void Fault(std::string what) {
    if (!agreement_.fault.empty()) return;
    agreement_.fault = fmt::format(
        "{}\n{}", what, Disassemble(program_, kind_, policy_.architecture));
  }

  bool Compile() {
    auto program = CompileFilter(policy_, portion_, kind_, options_, emission_);
    auto lowered = LowerPortion(policy_, portion_, kind_, options_);
    if (!program.ok() || !lowered.ok()) {
      agreement_.fault = "it does not compile";
      return false;
    }
    program_ = *std::move(program);
    lowered_ = *std::move(lowered);
    covered_.resize(program_.size());
    agreement_.instructions = program_.size();
    if (!ValidateBpf(program_).ok()) Fault("the kernel would refuse it");
    return agreement_.fault.empty();
  }

  void Compare(const SeccompData& data) {
    const Verdict verdict = Evaluate(policy_.architecture, portion_, data);
    const CallFacts facts = FactsOf(policy_.architecture, data, options_);
    const uint32_t expected = FilterReturn(kind_, verdict, facts, options_);
    const BpfTrace trace = TraceBpf(program_, data);
    if (verdict != ReferenceVerdict(policy_, portion_, data))
      Fault(fmt::format("two readings of the policy for number {:#x}",
                        data.number));
    if (lowered_.Evaluate(data) != expected)
      Fault(fmt::format("the graph answers number {:#x} with {:#x}, not {:#x}",
                        data.number, lowered_.Evaluate(data), expected));
    if (trace.returned != expected)
      Fault(fmt::format("the filter answers number {:#x} with {:#x}, not {:#x}",
                        data.number, trace.returned, expected));
    Cover(trace.path);
  }

  void Cover(const std::vector<uint32_t>& path) {
    for (size_t i = 0; i < path.size(); ++i) {
      const uint32_t at = path[i];
      const bool taken = IsConditional(at) && i + 1 < path.size() &&
                         path[i + 1] == at + 1u + program_[at].jt;
      (taken ? covered_[at].taken : covered_[at].fell) = true;
      // Both branches lead to one place.
      if (taken && program_[at].jt == program_[at].jf) covered_[at].fell = true;
    }
  }

  bool IsConditional(size_t at) const {
    return BPF_CLASS(program_[at].code) == BPF_JMP &&
           program_[at].code != (BPF_JMP | BPF_JA);
  }

  void CountBranches() {
    for (size_t at = 0; at < program_.size(); ++at)
      agreement_.branches += IsConditional(at) ? 2 : 1;
  }

  // Most small policies are, and need no solver.
  bool AllCovered() const {
    for (size_t at = 0; at < program_.size(); ++at)
      if (!covered_[at].fell || (IsConditional(at) && !covered_[at].taken))
        return false;
    return true;
  }

  void CoverTheRest() {
    z3::context context;
    const Input input(context);
    const BpfFormulas formulas = FormulasOf(program_, input);
    z3::solver solver(context, "QF_BV");
    for (size_t at = 0; at < program_.size(); ++at) {
      const bool conditional = IsConditional(at);
      const size_t before = agreement_.infeasible;
      if (conditional && !covered_[at].taken)
        Ask(solver, input, formulas, at, true);
      if (!covered_[at].fell) Ask(solver, input, formulas, at, false);
      if (agreement_.infeasible - before == (conditional ? 2 : 1))
        ++agreement_.dead;
    }
  }

  void Ask(z3::solver& solver, const Input& input, const BpfFormulas& formulas,
           size_t at, bool taken) {
    if (!formulas.reached[at]) {  // no jump leads there
      ++agreement_.infeasible;
      return;
    }
    z3::expr wanted = *formulas.reached[at];
    if (IsConditional(at))
      wanted = wanted && (taken ? *formulas.taken[at] : !*formulas.taken[at]);
    solver.push();
    solver.add(wanted);
    const z3::check_result answer = solver.check();
    if (answer == z3::sat) Show(input.In(solver.get_model()), at, taken);
    solver.pop();
    if (answer == z3::unsat) ++agreement_.infeasible;
    if (answer == z3::unknown)
      Fault(fmt::format("whether instruction {} is reached is unknown", at));
  }

  // An input that takes the branch: the evaluators have to agree on it, too.
  void Show(const SeccompData& data, size_t at, bool taken) {
    ++agreement_.by_solver;
    Compare(data);
    if (!(taken ? covered_[at].taken : covered_[at].fell))
      Fault(fmt::format("z3's input does not take the branch of {}", at));
  }

  const Policy& policy_;
  const PortionPolicy& portion_;
  const FilterKind kind_;
  const NotifyOptions& options_;
  const EmissionOptions& emission_;
  BpfProgram program_;
  LoweredPolicy lowered_;
  std::vector<Covered> covered_;
  Agreement agreement_;
};

// `more` are inputs beside those that the policy suggests.
inline Agreement CompareEvaluators(const Policy& policy, FilterKind kind,
                                   const NotifyOptions& options,
                                   const std::vector<SeccompData>& more,
                                   const EmissionOptions& emission = {}) {
  return EvaluatorComparison(policy, kind, options, emission).Run(more);
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_VERIFY_AGREEING_EVALUATORS_H_
