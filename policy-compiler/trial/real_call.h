// One system call, made for real by a child process under a filter.
//
//   ASSIGN_OR_RETURN(RealAnswer answer, MakeRealCall(call, program));
//   if (answer.kind == RealAnswer::Kind::kReturned) ... answer.value ...
//
// The child is bounded in time, leaves no core, and answers through memory that
// it shares, so that its filter may deny everything.

#ifndef BAILEY_POLICY_COMPILER_TRIAL_REAL_CALL_H_
#define BAILEY_POLICY_COMPILER_TRIAL_REAL_CALL_H_

#include "common/bpf/evaluator.h"
#include "common/result.h"

namespace bailey::policy {

struct RealAnswer {
  enum class Kind {
    kReturned,
    kTrapped,   // a SIGSYS that a handler took
    kKilled,    // by SIGSYS, past every handler
    kNoAnswer,  // it did not come back in time, or died otherwise
  };
  Kind kind = Kind::kNoAnswer;
  int64_t value = 0;  // kReturned: what the kernel returned, -errno included
};

// Makes the call of `call`'s number and arguments; without a program, under no
// filter but what this process has already. The caller answers for the call
// doing no harm. An error: there is no child, or the kernel refused the filter.
Result<RealAnswer> MakeRealCall(const SeccompData& call,
                                const BpfProgram& program);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_TRIAL_REAL_CALL_H_
