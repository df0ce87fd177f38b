// How two portions differ in their answers to system calls, decided by Z3: over
// all numbers, arguments and instruction pointers, one number at a time.
//
//   CallDiff diff = DiffCalls(policy.architecture, old_portion, new_portion,
//                             ActionOrder::kExact, 10'000);
//   if (diff.witnesses.empty() && diff.undecided.empty()) ...  // proved equal
//
// What no rule of either portion names gets one question, and so do the numbers
// that the table does not know; foreign architectures and x32 are killed by
// every policy. The instruction pointer decides nothing in this language.
//
// Thread-safe: each call has a solver of its own. No exception leaves.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_CALL_DIFF_H_
#define BAILEY_POLICY_COMPILER_VERIFY_CALL_DIFF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/call_changes.h"
#include "policy-compiler/verify/policy_order.h"

namespace bailey::policy {

// One system call that the two answer differently, replayed through
// policy::Evaluate. There is one for each number and pair of answers.
struct CallWitness {
  SeccompData data;
  Verdict old_verdict;
  Verdict new_verdict;
  Relation relation = Relation::kIncomparable;
  // How many other calls, which no rule names, differ in the same way.
  size_t others = 0;
};

struct UndecidedCall {
  uint32_t number = 0;
  std::string reason;  // the solver's
};

struct CallDiff {
  std::vector<CallWitness> witnesses;
  std::vector<UndecidedCall> undecided;  // nothing is known of these
  CallChanges changes;                   // of permissions, whatever the order
};

// `timeout_ms` is for each question; 0 means no limit.
CallDiff DiffCalls(Architecture architecture, const PortionPolicy& old_portion,
                   const PortionPolicy& new_portion, ActionOrder order,
                   uint32_t timeout_ms);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_CALL_DIFF_H_
