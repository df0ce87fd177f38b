// What a portion's runtime says over its control socket while it starts.
//
//   RETURN_IF_ERROR(AwaitRuntime(name, control.get(), BAILEY_MAPPED));
//   ASSIGN_OR_RETURN(uint32_t listener,
//                    AwaitRuntime(name, control.get(), BAILEY_LISTENER));

#ifndef BAILEY_EXECUTOR_AGENT_RUNTIME_MESSAGES_H_
#define BAILEY_EXECUTOR_AGENT_RUNTIME_MESSAGES_H_

#include <cstdint>
#include <string>

#include "common/result.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {

// The value of the next message, which must be of `kind`; fails if the portion
// ended instead, failed at a step, or takes longer than kStartTimeoutMs.
Result<uint32_t> AwaitRuntime(const std::string& portion, int control,
                              bailey_message_kind kind);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_RUNTIME_MESSAGES_H_
