// The limits of one run's portions by cgroup: the launcher's part. The agent,
// which has no rights on the host, gets descriptors to hand to the portions.
//
//   RunLimits limits;                  // sweeps what dead launchers left
//   RETURN_IF_ERROR(limits.Place(plan, mode, spec));
//   ... send limits.entries() behind the credentials ...
//   limits.CloseEntries();
//   ... the run ends, every process of it is gone ...
//   limits.Judge(outcome);             // tells a lack of memory from a crash

#ifndef BAILEY_EXECUTOR_LAUNCH_RUN_LIMITS_H_
#define BAILEY_EXECUTOR_LAUNCH_RUN_LIMITS_H_

#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/cgroup/files.h"
#include "executor/cgroup/instance_cgroups.h"
#include "executor/outcome.h"
#include "executor/spec.h"

namespace bailey::executor {

class RunLimits {
 public:
  RunLimits();
  RunLimits(const RunLimits&) = delete;
  RunLimits& operator=(const RunLimits&) = delete;

  // Makes the cgroups that the plan's limits need, and tells the agent in
  // `spec` of them and of what could not be made.
  Result<> Place(const Plan& plan, RunMode mode, InstanceSpec& spec);

  const std::vector<UniqueFd>& entries() const { return entries_; }
  void CloseEntries() { entries_.clear(); }

  void Judge(Outcome& outcome) const;
  void Remove() { cgroups_.Remove(); }

 private:
  struct Limited {
    std::string portion;
    PlanLimits limits;
  };

  Result<> Enter(const Limited& limited, InstanceSpec& spec);
  void Describe(InstanceSpec& spec) const;
  void JudgePortion(const Limited& limited, Outcome& outcome) const;

  CgroupFiles files_;
  InstanceCgroups cgroups_;
  std::vector<Limited> limited_;
  std::vector<UniqueFd> entries_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_RUN_LIMITS_H_
