// From raw seccomp filters, whoever made them, to a policy that says the same.
//
//   LiftOptions options{.name = "docker"};
//   ASSIGN_OR_RETURN(LiftedPolicy lifted, LiftFilters(stack, options));
//   if (!lifted.proved()) ...;             // nothing is known of the text
//   std::cout << lifted.text << RenderLiftText(lifted);
//
// Each number of the architecture's table is followed through the filters with
// its arguments open (paths.h); the ways that it can take become rules. That is
// not trusted: Z3 compares the text that comes out with the filters on all
// inputs (verify/answer_diff.h). Every class of calls on which they differ is
// listed with a call that shows it, and on none of these does the policy permit
// what the filters do not.

#ifndef BAILEY_POLICY_COMPILER_LIFT_LIFT_H_
#define BAILEY_POLICY_COMPILER_LIFT_LIFT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/lift/paths.h"
#include "policy-compiler/verify/answer_diff.h"

namespace bailey::policy {

inline constexpr uint32_t kLiftTimeoutMs = 60'000;

struct LiftOptions {
  std::string name = "lifted";  // the policy's
  Architecture architecture = Architecture::kX8664;
  std::string source = {};  // of the filters, for a comment
  PathBudget budget = {};
  uint32_t timeout_ms = kLiftTimeoutMs;  // for the proof; 0 means no limit
};

// A class of calls that the policy answers otherwise than the filters.
struct LiftDifference {
  AnswerDifference example;        // old: the filters; new: the policy
  std::vector<std::string> calls;  // that differ so; or other architectures
  std::string reason;
};

struct LiftedPolicy {
  std::string text;  // loads without an error
  Architecture architecture = Architecture::kX8664;
  Widths widths = Widths::kKernel;
  std::vector<size_t> instructions;  // of each filter
  std::vector<LiftDifference> differences;
  bool decided = false;  // proved: there are no other differences
  std::string undecided_reason;
  std::string solver;
  double seconds = 0;

  bool proved() const { return decided; }
};

// stack[0] was installed first. Fails on programs that the kernel refuses, and
// on those that are too complex.
Result<LiftedPolicy> LiftFilters(std::span<const BpfProgram> stack,
                                 const LiftOptions& options);

// x86_64 or aarch64: the one on which the filters tell system calls apart, and
// x86_64 where both or none are.
Result<Architecture> ArchitectureOf(std::span<const BpfProgram> stack);

// What there is to say beside the text: a line for each difference, and the
// proof.
std::string RenderLiftText(const LiftedPolicy& lifted);
std::string RenderLiftJson(const LiftedPolicy& lifted);  // bailey.lift/1
// "i386 calls: the filter answers allow, the policy kill_process: ..."
std::string DifferenceLine(const LiftDifference& difference,
                           Architecture architecture);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_LIFT_H_
