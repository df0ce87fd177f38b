// The start-up block that a portion's runtime reads (runtime/portion_abi.h): in
// a sealed memory file, so that what was made here is what is installed.

#ifndef BAILEY_EXECUTOR_AGENT_STARTUP_BLOCK_H_
#define BAILEY_EXECUTOR_AGENT_STARTUP_BLOCK_H_

#include <span>
#include <string>

#include "common/documents/plan.h"
#include "common/fd.h"
#include "common/result.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {

// `variables` are those of the environment credentials, in the order of their
// descriptors. Fails without a notify filter that the kernel would take: no
// filter, no run.
Result<UniqueFd> MakeStartupBlock(
    const PlanPortion& portion, bool has_landlock,
    std::span<const bailey_startup_channel> channels,
    std::span<const std::string> variables);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_STARTUP_BLOCK_H_
