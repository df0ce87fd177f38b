// `run --audit`: the evidence that a credential is not where it must not be.
//
// The split program runs with its other portions read from outside at every
// crossing and at exit; before it the unsplit one, which has the credential, is
// read in the same way as the positive control. Both get the same input.
//
// Of several programs as they are, those that do not use a credential are read,
// where they talk and at exit; the control is a run in which those are read
// that do.

#ifndef BAILEY_EXECUTOR_LAUNCH_AUDIT_H_
#define BAILEY_EXECUTOR_LAUNCH_AUDIT_H_

#include "common/result.h"
#include "executor/launch/run_once.h"
#include "executor/outcome.h"

namespace bailey::executor {

// All input that both runs get is buffered; more than this is refused.
inline constexpr size_t kMaxAuditInputBytes = size_t{256} << 20;

// The split run's outcome, with `audit` filled. Reads standard input to its end
// and writes the split program's output to standard output.
Result<Outcome> Audit(const RunRequest& request);

enum class Audited { kSplit, kPrograms };

// The verdict on two runs, each with its scan; public for its tests. Of
// programs the outputs are not compared: both runs are of the same.
AuditReport JudgeAudit(const Outcome& split, const Outcome& control,
                       bool identical_output,
                       Audited audited = Audited::kSplit);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_AUDIT_H_
