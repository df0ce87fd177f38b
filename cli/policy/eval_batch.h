// Many questions to one policy: a call a line in, an answer a line out.
//
//   BatchEvaluator batch(policies);  // one a target, our own rules included
//   std::string line = batch.Answer("portion=worker socket AF_INET 1 0");
//
// A line is a system call by name or number and up to six constants, separated
// by blanks; before it may stand, in this order, `arch=x86_64` (without it the
// first target), `portion=NAME` (without it the only one), `phase=serving` (the
// answer of both filters; without it `startup`, the first one's) and
// `word=NUMBER`, the architecture word of the input where it is not the
// target's. A constant has no blanks.

#ifndef BAILEY_CLI_POLICY_EVAL_BATCH_H_
#define BAILEY_CLI_POLICY_EVAL_BATCH_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::cli {

class BatchEvaluator {
 public:
  explicit BatchEvaluator(std::vector<policy::Policy> targets)
      : targets_(std::move(targets)) {}

  // One line of JSON: {"action": "errno EPERM", "index": 0}, or {"error": ...}
  // for a line that asks nothing.
  std::string Answer(std::string_view line);
  bool had_errors() const { return had_errors_; }

 private:
  Result<policy::Verdict> Ask(std::string_view line) const;

  std::vector<policy::Policy> targets_;
  bool had_errors_ = false;
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_EVAL_BATCH_H_
