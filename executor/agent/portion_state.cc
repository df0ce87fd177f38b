// Reads /proc/PID/wchan (proc(5)): the name of a function, or 0.

#include "executor/agent/portion_state.h"

#include <fmt/format.h>

#include "common/fd.h"

namespace bailey::executor {
namespace {

// futex_wait_queue_me, futex_wait_queue, futex_do_wait: by kernel version.
bool WaitsForPeer(const PortionState& state) {
  return state.waits_in.starts_with("futex");
}

}  // namespace

std::string WaitsIn(pid_t pid) {
  const auto text = ReadFile(fmt::format("/proc/{}/wchan", pid));
  return text.ok() && *text != "0" ? *text : "";
}

std::string WaitedFor(const std::vector<PortionState>& states) {
  std::string found;
  for (const PortionState& state : states) {
    if (WaitsForPeer(state)) continue;
    if (!found.empty()) return "";
    found = state.name;
  }
  return found;
}

std::string DescribeStates(const std::vector<PortionState>& states) {
  std::string text;
  for (const PortionState& state : states) {
    if (!text.empty()) text += ", ";
    text += state.waits_in.empty()
                ? fmt::format("`{}` was running", state.name)
                : fmt::format("`{}` waited in {}", state.name, state.waits_in);
  }
  return text;
}

}  // namespace bailey::executor
