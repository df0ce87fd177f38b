// In which order an instance's portions start.

#ifndef BAILEY_EXECUTOR_START_ORDER_H_
#define BAILEY_EXECUTOR_START_ORDER_H_

#include <vector>

#include "common/documents/plan.h"

namespace bailey::executor {

// Those that only answer first, the one with main last, trusted before
// untrusted; but who is a client of a socket never before its server. Where
// programs wait for each other in a circle, they come last.
std::vector<const PlanPortion*> StartOrder(const Plan& plan);

// Whether every server comes before its clients there.
bool ServersStartFirst(const Plan& plan);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_START_ORDER_H_
