// Answers the notifications of one portion's filter: with the verdict of the
// plan's plain filter, and the rule that its rule-index filter names.
//
//   ASSIGN_OR_RETURN(Supervisor supervisor, Supervisor::Begin(...));
//   RETURN_IF_ERROR(supervisor.Release());    // program code runs from here
//   ASSIGN_OR_RETURN(bool killed, supervisor.HandleOne(log));
//
// CONTINUE is answered for `log`, and for opens in untrusted portions, which
// the filter notifies only to be seen: Landlock and the mounts decide those.

#ifndef BAILEY_EXECUTOR_AGENT_SUPERVISOR_H_
#define BAILEY_EXECUTOR_AGENT_SUPERVISOR_H_

#include <optional>
#include <string>

#include "common/documents/plan.h"
#include "common/result.h"
#include "executor/agent/denial_log.h"
#include "executor/agent/file_view.h"
#include "executor/agent/learner.h"
#include "executor/agent/listener.h"
#include "executor/inject/exec_filter.h"

namespace bailey::executor {

class Supervisor {
 public:
  // `number` is the listener's number in the portion. Waits for the sentinel,
  // and checks that the filter and no_new_privs are in force. The portion then
  // stays in the sentinel call.
  static Result<Supervisor> Begin(const PlanPortion& portion, FileView view,
                                  int pidfd, pid_t pid, int number);

  // For a program whose filter was installed from outside, and which stands
  // where `injection` stopped it.
  static Result<Supervisor> Adopt(const PlanPortion& portion, FileView view,
                                  int pidfd, UniqueFd listener,
                                  ExecFilter injection);

  // Program code runs from here on: answers the sentinel, or lets the program
  // go.
  Result<> Release();
  // Of a program as it is, instead: it stays stopped, for its tracer to let go.
  Result<> HandOver();

  // From now on every call is shown to it first; all are notified.
  void Learn(Learner learner) { learner_.emplace(std::move(learner)); }
  const std::optional<Learner>& learner() const { return learner_; }

  // Whether the portion asked for its second filter (runtime/serving.h).
  bool has_switched() const { return has_switched_; }

  // One notification, if there is one. True: the portion was killed for it.
  Result<bool> HandleOne(DenialLog& log);

  const Listener& listener() const { return listener_; }
  const PlanPortion& portion() const { return *portion_; }

 private:
  Supervisor(const PlanPortion& portion, FileView view, Listener listener,
             int pidfd, int number)
      : portion_(&portion),
        view_(std::move(view)),
        listener_(std::move(listener)),
        pidfd_(pidfd),
        number_(number) {}

  Result<> AwaitSentinel();
  Result<> CheckInForce(pid_t pid) const;
  bool IsSentinel(const Notification& call) const;
  Result<bool> Judge(const Notification& call, DenialLog& log);
  Result<bool> JudgeAllowed(const Notification& call, Denial denial,
                            DenialLog& log);
  Denial Describe(const Notification& call) const;
  std::string ReadPath(const Notification& call) const;
  PlanRule RuleFor(const SeccompData& call) const;

  const PlanPortion* portion_;
  FileView view_;
  Listener listener_;
  int pidfd_;
  int number_;
  uint64_t sentinel_ = 0;
  bool has_switched_ = false;
  std::optional<Learner> learner_;
  std::optional<ExecFilter> injection_;  // until Release
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_SUPERVISOR_H_
