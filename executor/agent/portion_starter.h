// Starts portions: from the instance's specification to a portion whose filter
// is in force and which waits in the sentinel call.
//
//   PortionStarter starter(spec, descriptors);
//   ASSIGN_OR_RETURN(std::vector<RunningPortion> portions, starter.StartAll());
//   ... RETURN_IF_ERROR(portion.supervisor->Release()) ...

#ifndef BAILEY_EXECUTOR_AGENT_PORTION_STARTER_H_
#define BAILEY_EXECUTOR_AGENT_PORTION_STARTER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/channels.h"
#include "executor/agent/container.h"
#include "executor/agent/given_credentials.h"
#include "executor/agent/portion_audit.h"
#include "executor/agent/served_sockets.h"
#include "executor/agent/supervisor.h"
#include "executor/audit/process_scanner.h"
#include "executor/audit/tracer.h"
#include "executor/spec.h"

namespace bailey::executor {

struct RunningPortion {
  std::string name;
  bool holds_main = false;
  uint64_t wall_ms = 0;
  Container container;
  std::optional<Supervisor> supervisor;  // none for an audit's control
  std::optional<Tracer> tracer;
  ProcessScanner scanner;  // used with the tracer
  // If the program goes on without it: where its callers are told.
  std::vector<LossMark> loss_marks = {};
  bool is_lost = false;
  // One of several programs as they are: its end with 0 ends nothing but itself
  // unless it holds main.
  bool is_beside_others = false;
  std::vector<AwaitedSocket> awaited = {};  // before it is let go
};

class PortionStarter {
 public:
  // `descriptors` are those of the start message (enum SpecDescriptor). Both
  // must outlive the starter and what it starts.
  PortionStarter(const InstanceSpec& spec,
                 const std::vector<UniqueFd>& descriptors)
      : spec_(spec),
        descriptors_(descriptors),
        credentials_(spec, descriptors),
        audit_(spec, descriptors) {}

  // On failure everything that was started has been killed.
  Result<std::vector<RunningPortion>> StartAll();

 private:
  Result<RunningPortion> StartPortion(const PlanPortion& portion,
                                      uint32_t identity, Channels& channels,
                                      const ServedSockets& sockets);
  // A program as it is: no runtime, so no channels and no start-up messages.
  Result<RunningPortion> StartUnmodified(const PlanPortion& portion,
                                         uint32_t identity,
                                         const ServedSockets& sockets);
  Learner MakeLearner(const PlanPortion& enforced) const;
  Result<RunningPortion> StartControl();
  Result<ContainerSetup> BasicSetup(const PlanPortion& portion,
                                    std::string_view files_of,
                                    StartExtras& extras);
  Result<> AddStdio(bool holds_main, ContainerSetup& setup,
                    StartExtras& extras);
  Result<> AddRuntime(const PlanPortion& portion, Channels& channels,
                      ContainerSetup& setup, StartExtras& extras);
  Result<Supervisor> FollowStart(const PlanPortion& portion,
                                 const Container& container,
                                 const UniqueFd& control, Channels& channels);
  Result<> AddCgroups(ContainerSetup& setup) const;

  const InstanceSpec& spec_;
  const std::vector<UniqueFd>& descriptors_;
  const GivenCredentials credentials_;
  const PortionAudit audit_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_PORTION_STARTER_H_
