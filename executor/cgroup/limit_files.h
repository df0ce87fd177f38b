// What is written to a cgroup's files for a limit of the plan, in both versions
// of the interface, and what is read to tell an out-of-memory kill.
//
//   for (const LimitFile& file :
//        LimitFiles(Controller::kPids, /*unified=*/false, limits)) ...
//
// Sources: Documentation/admin-guide/cgroup-v1/memory.rst, pids.rst,
// Documentation/scheduler/sched-bwc.rst,
// Documentation/admin-guide/cgroup-v2.rst.

#ifndef BAILEY_EXECUTOR_CGROUP_LIMIT_FILES_H_
#define BAILEY_EXECUTOR_CGROUP_LIMIT_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/plan.h"
#include "executor/cgroup/hierarchy.h"

namespace bailey::executor {

// A file that does not exist on every kernel is not required: swap accounting,
// for one.
struct LimitFile {
  std::string name;
  std::string value;
  bool required = true;

  bool operator==(const LimitFile&) const = default;
};

// Whether the plan limits what the controller counts.
bool IsLimited(Controller controller, const PlanLimits& limits);

// In the order of writing; the first is the limit itself.
std::vector<LimitFile> LimitFiles(Controller controller, bool unified,
                                  const PlanLimits& limits);

// The file that counts how many processes the kernel killed for memory, and the
// count in its text.
std::string_view OomFile(bool unified);
uint64_t CountOomKills(std::string_view text);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_CGROUP_LIMIT_FILES_H_
