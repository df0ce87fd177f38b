#include "executor/launch/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "executor/process.h"

namespace bailey::executor {
namespace {

constexpr size_t kChunkBytes = 65536;  // a pipe's default capacity

Result<std::array<UniqueFd, 2>> Pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return FailErrno("cannot make a pipe");
  }
  return std::array{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Like WriteAll, but waits where the descriptor does not block: whose it is may
// have made it so.
Result<> WritePatiently(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<size_t>(put));
    } else if (errno == EAGAIN) {
      pollfd entry{fd, POLLOUT, 0};
      (void)poll(&entry, 1, -1);
    } else if (errno != EINTR) {
      return FailErrno("cannot write the output");
    }
  }
  return {};
}

}  // namespace

Result<Relay> Relay::Create(RelayOptions options) {
  Relay relay(std::move(options));
  ASSIGN_OR_RETURN(auto input, Pipe());
  ASSIGN_OR_RETURN(auto output, Pipe());
  ASSIGN_OR_RETURN(auto error, Pipe());
  relay.child_ = {std::move(input[0]), std::move(output[1]),
                  std::move(error[1])};
  relay.input_ = std::move(input[1]);
  if (fcntl(relay.input_.get(), F_SETFL, O_NONBLOCK) != 0) {
    return FailErrno("cannot set a pipe's mode");
  }
  relay.outputs_[0] = {std::move(output[0]), relay.options_.output_fd};
  relay.outputs_[1] = {std::move(error[0]), relay.options_.error_fd};
  if (relay.options_.input) {
    relay.pending_ = *relay.options_.input;
    relay.input_ended_ = true;
  } else if (relay.options_.input_fd < 0) {
    relay.input_ended_ = true;
  }
  return relay;
}

std::array<int, 3> Relay::child_ends() const {
  return {child_[0].get(), child_[1].get(), child_[2].get()};
}

void Relay::CloseChildEnds() {
  for (UniqueFd& end : child_) end.Reset();
}

Result<> Relay::ReadInput() {
  pending_.resize(kChunkBytes);
  const ssize_t got = read(options_.input_fd, pending_.data(), pending_.size());
  const bool again = got < 0 && (errno == EINTR || errno == EAGAIN);
  pending_.resize(got > 0 ? static_cast<size_t>(got) : 0);
  // An input that cannot be read (a closed descriptor) has ended.
  if (got <= 0 && !again) input_ended_ = true;
  return {};
}

void Relay::WriteInput() {
  const std::string_view left = std::string_view(pending_).substr(written_);
  const ssize_t put = write(input_.get(), left.data(), left.size());
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // Where it fails the program reads no more: that is its business.
  if (put < 0) input_ended_ = true;
  written_ += put < 0 ? left.size() : static_cast<size_t>(put);
  if (written_ < pending_.size()) return;
  pending_.clear();
  written_ = 0;
}

void Relay::PassOn(Output& output, std::string_view bytes) {
  const uint64_t limit = options_.output_limit_bytes;
  if (limit != 0 && end_.output_bytes + bytes.size() > limit) {
    bytes = bytes.substr(0, limit - end_.output_bytes);
    end_.truncated = true;
  }
  end_.output_bytes += bytes.size();
  if (&output == &outputs_[0] && options_.captured != nullptr) {
    options_.captured->append(bytes);
    return;
  }
  if (output.to < 0) return;
  Result<> written = WritePatiently(output.to, bytes);
  if (written.ok()) return;
  // Whoever reads our output has gone: so it is for the program. Any other
  // failure (a full disk) is one of the run.
  if (errno != EPIPE && !end_.write_error) end_.write_error = written.error();
  output.from.Reset();
}

Result<> Relay::ReadOutput(Output& output) {
  std::array<char, kChunkBytes> buffer;
  const ssize_t got = read(output.from.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return {};
  if (got < 0) return FailErrno("cannot read the program's output");
  if (got == 0) {
    output.from.Reset();
  } else {
    PassOn(output, std::string_view(buffer.data(), static_cast<size_t>(got)));
  }
  return {};
}

Result<> Relay::Step(int agent_socket, int timeout_ms, bool* agent_ready) {
  if (input_ended_ && pending_.empty()) input_.Reset();
  const bool wants_input = !input_ended_ && pending_.empty();
  // poll skips negative descriptors.
  std::array<pollfd, 5> polled{{
      {agent_socket, POLLIN, 0},
      {wants_input ? options_.input_fd : -1, POLLIN, 0},
      {pending_.empty() ? -1 : input_.get(), POLLOUT, 0},
      {outputs_[0].from.get(), POLLIN, 0},
      {outputs_[1].from.get(), POLLIN, 0},
  }};
  if (poll(polled.data(), polled.size(), timeout_ms) < 0) {
    if (errno == EINTR) return {};
    return FailErrno("cannot poll");
  }
  *agent_ready = polled[0].revents != 0;
  if (polled[1].revents != 0) RETURN_IF_ERROR(ReadInput());
  if (polled[2].revents != 0) WriteInput();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (polled[3 + i].revents != 0) RETURN_IF_ERROR(ReadOutput(outputs_[i]));
  }
  return {};
}

Result<RelayEnd> Relay::Run(int agent_socket) {
  const bool limited = options_.wall_ms != 0;
  const int64_t deadline_ms =
      NowMs() + static_cast<int64_t>(options_.wall_ms + kGraceMs);
  for (bool ready = false; !ready;) {
    const int64_t left = std::clamp<int64_t>(deadline_ms - NowMs(), 0, 60'000);
    if (limited && left == 0) {
      end_.timed_out = true;
      break;
    }
    RETURN_IF_ERROR(
        Step(agent_socket, limited ? static_cast<int>(left) : -1, &ready));
  }
  return end_;
}

Result<RelayEnd> Relay::Drain() {
  input_ended_ = true;
  pending_.clear();
  written_ = 0;
  bool unused = false;
  while (outputs_[0].from.valid() || outputs_[1].from.valid()) {
    RETURN_IF_ERROR(Step(-1, -1, &unused));
  }
  return end_;
}

}  // namespace bailey::executor
