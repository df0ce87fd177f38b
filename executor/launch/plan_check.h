// What a plan must be for an instance to be made from it. A bundle's digest
// says that it is whole, not that whoever made it meant well: paths that lead
// out of a container, names that drive a terminal, filters that are missing or
// contradict each other are refused before anything is opened or started.
//
//   RETURN_IF_ERROR(CheckPlan(bundle.plan()));
//   RETURN_IF_ERROR(CheckFiles(bundle));

#ifndef BAILEY_EXECUTOR_LAUNCH_PLAN_CHECK_H_
#define BAILEY_EXECUTOR_LAUNCH_PLAN_CHECK_H_

#include "common/documents/bundle.h"
#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::executor {

// Limits that a plan may have: beyond them arithmetic would wrap, and nobody
// means them.
inline constexpr uint64_t kMaxLimitBytes = uint64_t{1} << 50;
inline constexpr uint64_t kMaxWallMs = uint64_t{366} * 24 * 3600 * 1000;
inline constexpr uint64_t kMaxPids = uint64_t{1} << 22;  // PID_MAX_LIMIT
// Of all containers of an instance together; their roots lie in memory.
inline constexpr uint64_t kMaxInstanceFileBytes = uint64_t{2} << 30;

// Errors name the portion, credential or crossing, and what is wrong with it.
Result<> CheckPlan(const Plan& plan);

// The sizes of what the containers would hold.
Result<> CheckFiles(const Bundle& bundle);

// Whether the notify filter lets nothing through that the plain one denies. The
// proof of that is in the plan; this is a look at some 20,000 calls, so that a
// plan whose proof was never made does not run.
Result<> CheckFiltersAgree(const PlanPortion& portion);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_PLAN_CHECK_H_
