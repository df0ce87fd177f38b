// Runs a command and shows every program that it and its descendants execute.
//
//   ASSIGN_OR_RETURN(int status, TraceCommand({"make", "-j2"}, [](const
//   ExecEvent& e) {
//     …e.arguments…
//   }));
//
// By ptrace (PTRACE_SEIZE), so it works for any build tool and for static
// programs, without root. The tree behaves as it would alone: signals are
// passed on, stopped processes stay stopped, and what outlives the command is
// let go.

#ifndef BAILEY_ANALYZER_CAPTURE_TRACER_H_
#define BAILEY_ANALYZER_CAPTURE_TRACER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

// One execve that succeeded, read before the program's first instruction.
struct ExecEvent {
  uint64_t process = 0;             // unique in the run, unlike a pid
  std::vector<uint64_t> ancestors;  // the nearest first, of the traced tree
  std::string directory;            // absolute
  std::vector<std::string> arguments;
  std::map<std::string, std::string> search_paths;  // see environment.h
};

// Returns the command's exit status as a shell would: its own, or 128 + signal.
// `on_exec` is called on another thread while the caller waits. Errors: the
// command cannot be executed, or this host forbids ptrace.
Result<int> TraceCommand(const std::vector<std::string>& command,
                         const std::function<void(const ExecEvent&)>& on_exec);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CAPTURE_TRACER_H_
