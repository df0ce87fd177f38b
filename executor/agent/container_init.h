// The first process of a container: it builds the root, starts the portion as
// its child, reaps what dies and says how the portion ended.
//
// It speaks with the agent over a socket of packets:
//   agent: kInitMapped    the ids are mapped, go on
//   init:  kInitReady     with the portion's pidfd; the portion waits
//   agent: kInitGo        let the portion exec
//   init:  kInitRunning   it has
//   init:  kInitExited    then the wait status, 4 bytes
//   init:  kInitFailed    then message, newline, hint; the container is gone
//   init:  kInitNote      then text for the outcome

#ifndef BAILEY_EXECUTOR_AGENT_CONTAINER_INIT_H_
#define BAILEY_EXECUTOR_AGENT_CONTAINER_INIT_H_

#include "common/fd.h"
#include "executor/agent/container_setup.h"

namespace bailey::executor {

inline constexpr char kInitMapped = 'M';
inline constexpr char kInitReady = 'R';
inline constexpr char kInitGo = 'G';
inline constexpr char kInitRunning = 'U';
inline constexpr char kInitExited = 'X';
inline constexpr char kInitFailed = 'F';
inline constexpr char kInitNote = 'N';

[[noreturn]] void RunContainerInit(const ContainerSetup& setup,
                                   UniqueFd socket);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_CONTAINER_INIT_H_
