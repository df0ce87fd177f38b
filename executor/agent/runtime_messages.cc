#include "executor/agent/runtime_messages.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <string_view>

#include "executor/agent/container.h"
#include "executor/process.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

std::string_view StepName(uint32_t step) {
  switch (step) {
    case BAILEY_STEP_STARTUP:
      return "reading its start-up block";
    case BAILEY_STEP_CHANNEL:
      return "mapping its channels";
    case BAILEY_STEP_CREDENTIAL:
      return "reading its credentials (an environment variable holds no NUL "
             "byte and at most 64 KiB)";
    case BAILEY_STEP_PRIVILEGES:
      return "giving up privileges";
    case BAILEY_STEP_LANDLOCK:
      return "installing Landlock";
    default:
      return "installing its filter";
  }
}

}  // namespace

Result<uint32_t> AwaitRuntime(const std::string& name, int control,
                              bailey_message_kind kind) {
  ASSIGN_OR_RETURN(const bool ready,
                   WaitReadable(control, NowMs() + kStartTimeoutMs));
  bailey_message message{};
  // SAFETY: a packet socket of our own: each write of the portion's is one
  // message, so nothing it leaves out can keep us waiting for the rest.
  const ssize_t got =
      ready ? recv(control, &message, sizeof message, MSG_TRUNC | MSG_DONTWAIT)
            : -1;
  if (got != ssize_t{sizeof message}) {
    return Fail(fmt::format("portion `{}` ended before its filter was "
                            "installed",
                            name),
                "its program must be linked with Bailey's runtime, and its "
                "libraries must be in the bundle");
  }
  if (message.kind == BAILEY_FAILED) {
    return FailErrno(fmt::format("portion `{}` failed at {}", name,
                                 StepName(message.value >> 16)),
                     static_cast<int>(message.value & 0xffff));
  }
  if (message.kind != static_cast<uint32_t>(kind)) {
    return Fail(
        fmt::format("portion `{}` does not follow the order of start", name),
        "build the bundle again with this version");
  }
  return message.value;
}

}  // namespace bailey::executor
