// Passes the program's standard streams on, within limits, until it has ended.
//
//   ASSIGN_OR_RETURN(Relay relay, Relay::Create(options));
//   ... send relay.child_ends() to the agent, then relay.CloseChildEnds() ...
//   ASSIGN_OR_RETURN(RelayEnd end, relay.Run(agent_socket));

#ifndef BAILEY_EXECUTOR_LAUNCH_RELAY_H_
#define BAILEY_EXECUTOR_LAUNCH_RELAY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

struct RelayOptions {
  int input_fd = -1;                 // where input comes from, or
  std::optional<std::string> input;  // all of it
  int output_fd = -1;                // where output goes, or
  std::string* captured = nullptr;   // into this
  int error_fd = -1;
  uint64_t output_limit_bytes = 0;  // both streams together; 0: none
  uint64_t wall_ms = 0;             // 0: none
};

struct RelayEnd {
  bool timed_out = false;
  uint64_t output_bytes = 0;  // passed on
  bool truncated = false;
  std::optional<Error> write_error;  // what was passed on got lost
};

class Relay {
 public:
  static Result<Relay> Create(RelayOptions options);

  // Standard input, output and error of the program.
  std::array<int, 3> child_ends() const;
  void CloseChildEnds();

  // Returns when `agent_socket` has something to read or has closed, or when
  // the wall time and kGraceMs have passed. The agent ends the program itself;
  // the launcher's clock is for an agent that does not.
  Result<RelayEnd> Run(int agent_socket);
  // What is left in the pipes once everybody who could write is gone.
  Result<RelayEnd> Drain();

  static constexpr uint64_t kGraceMs = 5000;

 private:
  struct Output {
    UniqueFd from;
    int to = -1;
  };

  explicit Relay(RelayOptions options) : options_(std::move(options)) {}
  Result<> Step(int agent_socket, int timeout_ms, bool* agent_ready);
  Result<> ReadInput();
  void WriteInput();
  Result<> ReadOutput(Output& output);
  void PassOn(Output& output, std::string_view bytes);

  RelayOptions options_;
  std::array<UniqueFd, 3> child_;
  UniqueFd input_;       // our end of the program's standard input
  std::string pending_;  // input on its way,
  size_t written_ = 0;   // and how much of it has gone
  bool input_ended_ = false;
  std::array<Output, 2> outputs_;
  RelayEnd end_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_RELAY_H_
