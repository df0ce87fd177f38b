#include "executor/agent/container.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "executor/agent/container_init.h"
#include "executor/process.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

Error FailureOf(const std::string& name, const std::string& text) {
  const size_t end = text.find('\n');
  return {fmt::format("portion `{}`: {}", name, text.substr(1, end - 1)),
          end == std::string::npos ? "" : text.substr(end + 1)};
}

// Both maps have one id: the portion's, outside the container's own or, without
// a range of ids, the one that the instance has.
Result<> MapIdentity(pid_t pid, bool own_identity, uint32_t identity) {
  const IdRange range{kPortionId, own_identity ? identity : 0, 1};
  return WriteIdMaps(pid, range, range, /*deny_setgroups=*/!own_identity);
}

}  // namespace

Result<Container> Container::Start(const ContainerSetup& setup,
                                   uint32_t identity) {
  ASSIGN_OR_RETURN(auto sockets, PacketPair());
  Container container;
  container.name_ = setup.name;
  ASSIGN_OR_RETURN(const pid_t pid,
                   ForkInto(kAllNamespaces, &container.init_pidfd_));
  if (pid == 0) {
    sockets.first.Reset();
    RunContainerInit(setup, std::move(sockets.second));
  }
  container.socket_ = std::move(sockets.first);
  // Ours would keep us from seeing that the first process has died.
  sockets.second.Reset();
  RETURN_IF_ERROR(MapIdentity(pid, setup.own_identity, identity));
  RETURN_IF_ERROR(
      SendMessage(container.socket_.get(), std::string(1, kInitMapped)));
  RETURN_IF_ERROR(container.AwaitReady());
  return container;
}

Container::~Container() { Kill(); }

void Container::Kill() { KillByPidfd(init_pidfd_.get()); }

Result<std::vector<UniqueFd>> Container::Await(char kind) {
  const int64_t deadline_ms = NowMs() + kStartTimeoutMs;
  for (;;) {
    ASSIGN_OR_RETURN(const bool ready,
                     WaitReadable(socket_.get(), deadline_ms));
    if (!ready) {
      return Fail(
          fmt::format("portion `{}`: its container did not start", name_));
    }
    ASSIGN_OR_RETURN(Message message, ReceiveMessage(socket_.get()));
    if (message.closed) {
      return Fail(fmt::format(
          "portion `{}`: its container ended while it was started", name_));
    }
    const char got = message.bytes[0];
    if (got == kind) return std::move(message.descriptors);
    if (got == kInitFailed) {
      return std::unexpected(FailureOf(name_, message.bytes));
    }
    if (got == kInitNote) AddNote(message.bytes);
  }
}

void Container::AddNote(const std::string& message) {
  notes_.push_back(fmt::format("{}: {}", name_, message.substr(1)));
}

Result<> Container::AwaitReady() {
  ASSIGN_OR_RETURN(std::vector<UniqueFd> descriptors, Await(kInitReady));
  if (descriptors.size() != 1) return Fail("a container sent no portion");
  portion_pidfd_ = std::move(descriptors[0]);
  ASSIGN_OR_RETURN(portion_pid_, PidOf(portion_pidfd_.get()));
  return {};
}

Result<> Container::Go() {
  RETURN_IF_ERROR(SendMessage(socket_.get(), std::string(1, kInitGo)));
  RETURN_IF_ERROR(Await(kInitRunning));
  return {};
}

Result<std::optional<int>> Container::ReadInit() {
  ASSIGN_OR_RETURN(const Message message, ReceiveMessage(socket_.get()));
  if (message.closed) {
    return Fail(fmt::format("portion `{}`: its container died", name_));
  }
  if (message.bytes[0] == kInitFailed) {
    return std::unexpected(FailureOf(name_, message.bytes));
  }
  if (message.bytes[0] == kInitNote) AddNote(message.bytes);
  int status = 0;
  if (message.bytes[0] != kInitExited ||
      message.bytes.size() != 1 + sizeof status) {
    return std::optional<int>();
  }
  std::memcpy(&status, message.bytes.data() + 1, sizeof status);
  return std::optional(status);
}

}  // namespace bailey::executor
