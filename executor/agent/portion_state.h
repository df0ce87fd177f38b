// What a portion is doing at this moment, as the kernel shows it: who keeps
// everybody waiting when time is up.
//
//   const std::string place = WaitsIn(pid);  // "futex_do_wait"; empty: it runs
//
// Of the portion's first thread only, and old when it is read: for people.

#ifndef BAILEY_EXECUTOR_AGENT_PORTION_STATE_H_
#define BAILEY_EXECUTOR_AGENT_PORTION_STATE_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace bailey::executor {

// The kernel's function that the process sleeps in; empty where it sleeps in
// none, or it is not shown. (/proc/PID/syscall says more, but is root's alone
// for a process that is not dumpable.)
std::string WaitsIn(pid_t pid);

struct PortionState {
  std::string name;
  std::string waits_in;  // of WaitsIn
};

// The portion that the others wait for, or empty. Portions wait for each other
// on a futex: the one that is elsewhere is the one that does not answer; where
// all wait, or several do not, nobody can tell.
std::string WaitedFor(const std::vector<PortionState>& states);

// "`main` waited in futex_do_wait, `signer` was running".
std::string DescribeStates(const std::vector<PortionState>& states);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_PORTION_STATE_H_
