// Where two functions from system calls to answers differ, each a policy or a
// stack of raw filters: every difference, or a proof that there is no other.
//
//   AnswerDiff diff = DiffAnswers(Architecture::kX8664, {.stack = stack},
//                                 {.policy = &policy, .portion = &portion},
//                                 10'000);
//   if (diff.decided && diff.differences.empty()) ...  // proved equal
//
// Over all architecture words, numbers, arguments and instruction pointers. An
// answer is a SECCOMP_RET_* value as EffectiveReturn has it
// (common/bpf/filter_stack.h). Thread-safe; no exception leaves.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_ANSWER_DIFF_H_
#define BAILEY_POLICY_COMPILER_VERIFY_ANSWER_DIFF_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/policy_order.h"

namespace bailey::policy {

// A policy's portion, or where there is none a stack, of which stack[0] was
// installed first; ValidateBpf accepts each.
struct AnswerSide {
  const Policy* policy = nullptr;
  const PortionPolicy* portion = nullptr;
  std::span<const BpfProgram> stack = {};
};

enum class InputRegion {
  kSyscall,              // a number of the architecture's table
  kUnknownNumber,        // another one
  kX32,                  // 0x40000000 to 0x7fffffff of x86_64
  kForeignArchitecture,  // another architecture word
};

// One call that gets two answers, replayed through the evaluators, for all of
// its region with these answers: of its number, or of its architecture word
// where ForeignName knows it.
struct AnswerDifference {
  InputRegion region = InputRegion::kSyscall;
  SeccompData witness;
  uint32_t old_answer = 0;
  uint32_t new_answer = 0;
  // There are too many answers: it stands for all with these actions, whatever
  // the errno.
  bool stands_for_others = false;
};

struct AnswerDiff {
  std::vector<AnswerDifference> differences;
  bool decided = false;  // there are no others
  std::string reason;    // not decided: the solver's
  std::string solver;
  double seconds = 0;
};

// `timeout_ms` is for all questions together; 0 means no limit.
AnswerDiff DiffAnswers(Architecture architecture, const AnswerSide& old_side,
                       const AnswerSide& new_side, uint32_t timeout_ms);

// "i386", "arm", ...; empty: none of those that have a name here.
std::string_view ForeignName(uint32_t audit_architecture);

// The order of policy_order.h, with `trace` and `user_notif` (somebody may
// allow) between `log` and `errno`; an errno of 0 is an errno.
Relation CompareAnswers(uint32_t old_answer, uint32_t new_answer);
// Whether the call may be made.
bool MayPermit(uint32_t answer);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_ANSWER_DIFF_H_
