#include "executor/agent/instance.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>

#include "executor/agent/denial_log.h"
#include "executor/agent/landlock.h"
#include "executor/agent/layers.h"
#include "executor/agent/portion_starter.h"
#include "executor/agent/portion_state.h"
#include "executor/process.h"

namespace bailey::executor {
namespace {

// How often it is looked whether a socket is there that a program waits for.
constexpr int64_t kBindLookMs = 2;

// Waits for events of the running portions until one of them decides the
// outcome.
class EventLoop {
 public:
  EventLoop(std::vector<RunningPortion>& portions, DenialLog& log,
            int launcher_socket)
      : portions_(portions), log_(log), launcher_(launcher_socket) {}

  Result<Outcome> Run();

 private:
  Result<> Prepare();
  Result<> LetGoBound();
  static Result<> LetGo(RunningPortion& portion);
  bool AnyWaits() const;
  Result<bool> AreServed(const std::vector<AwaitedSocket>& sockets) const;
  Error NeverBound() const;
  Result<> WaitForEvents();
  Result<> HandleListeners();
  Result<> HandleExits();
  Result<> HandleChildren();
  // False: no tracer knows the thread.
  bool HandleTracee(pid_t tid, int status);
  void HandleReport(pid_t tid, int status);
  void HandleDeadline();
  void Decide(RunningPortion& portion, int status);
  bool IsDenied(const RunningPortion& portion, int signal) const;
  void Lose(RunningPortion& portion, int signal);
  bool IsDone(const RunningPortion& portion, int status) const;
  bool IsAwaited(const std::string& server) const;
  void Finish(RunningPortion& portion);
  bool IsReady(int fd) const;
  int TimeoutMs() const;

  std::vector<RunningPortion>& portions_;
  DenialLog& log_;
  int launcher_;
  UniqueFd children_;  // SIGCHLD
  std::vector<pollfd> polled_;
  int64_t deadline_ms_ = 0;  // 0: none
  int64_t started_ms_ = NowMs();
  std::optional<Outcome> outcome_;
  std::optional<Error> trace_error_;
  std::map<pid_t, int> early_;       // stops of threads not known yet
  std::vector<std::string> killed_;  // portions that a denial killed
  std::vector<std::string> lost_;    // notes
  std::vector<int> ended_listeners_;
};

Result<> EventLoop::Prepare() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
    return FailErrno("cannot block signals");
  }
  children_.Reset(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!children_.valid()) return FailErrno("cannot watch for signals");
  for (const RunningPortion& portion : portions_) {
    if (portion.holds_main && portion.wall_ms != 0) {
      deadline_ms_ = NowMs() + static_cast<int64_t>(portion.wall_ms);
    }
  }
  return {};
}

int EventLoop::TimeoutMs() const {
  int64_t left = AnyWaits() ? kBindLookMs : -1;
  if (deadline_ms_ != 0) {
    const int64_t until =
        std::clamp<int64_t>(deadline_ms_ - NowMs(), 0, 60'000);
    left = left < 0 ? until : std::min(left, until);
  }
  return static_cast<int>(left);
}

bool EventLoop::AnyWaits() const {
  return std::ranges::any_of(portions_, [](const RunningPortion& portion) {
    return !portion.awaited.empty();
  });
}

Result<bool> EventLoop::AreServed(
    const std::vector<AwaitedSocket>& sockets) const {
  for (const AwaitedSocket& socket : sockets) {
    const auto server =
        std::ranges::find(portions_, socket.server, &RunningPortion::name);
    if (server == portions_.end()) return Fail("a socket has no server");
    ASSIGN_OR_RETURN(const bool served,
                     IsServed(socket, server->container.portion_pid()));
    if (!served) return false;
  }
  return true;
}

Error EventLoop::NeverBound() const {
  const auto waits = std::ranges::find_if(
      portions_,
      [](const RunningPortion& each) { return !each.awaited.empty(); });
  const AwaitedSocket& socket = waits->awaited.front();
  return {fmt::format(
              "portion `{}` did not serve `{}` within {} s, so `{}` was "
              "not started",
              socket.server, socket.path, kStartTimeoutMs / 1000, waits->name),
          "its program must make the socket that the policy says it serves"};
}

Result<> EventLoop::LetGo(RunningPortion& portion) {
  if (!portion.supervisor) return {};
  if (!portion.tracer || !portion.tracer->stops_at_calls())
    return portion.supervisor->Release();
  RETURN_IF_ERROR(portion.supervisor->HandOver());
  return portion.tracer->FollowCalls();
}

// Program code runs from here on, of a client when its servers are there.
Result<> EventLoop::LetGoBound() {
  for (RunningPortion& portion : portions_) {
    if (portion.awaited.empty()) continue;
    ASSIGN_OR_RETURN(const bool served, AreServed(portion.awaited));
    if (!served) continue;
    portion.awaited.clear();
    RETURN_IF_ERROR(LetGo(portion));
  }
  if (AnyWaits() && NowMs() > started_ms_ + kStartTimeoutMs)
    return std::unexpected(NeverBound());
  return {};
}

Result<> EventLoop::WaitForEvents() {
  polled_.clear();
  polled_.push_back({launcher_, 0, 0});  // only its end is of interest
  polled_.push_back({children_.get(), POLLIN, 0});
  for (const RunningPortion& portion : portions_) {
    if (portion.is_lost) continue;
    polled_.push_back({portion.container.init_socket(), POLLIN, 0});
    if (!portion.supervisor) continue;
    const int fd = portion.supervisor->listener().fd();
    if (std::ranges::find(ended_listeners_, fd) == ended_listeners_.end()) {
      polled_.push_back({fd, POLLIN, 0});
    }
  }
  if (poll(polled_.data(), polled_.size(), TimeoutMs()) < 0 && errno != EINTR) {
    return FailErrno("cannot poll");
  }
  return {};
}

bool EventLoop::IsReady(int fd) const {
  const auto found = std::ranges::find(polled_, fd, &pollfd::fd);
  return found != polled_.end() && found->revents != 0;
}

Result<> EventLoop::HandleListeners() {
  for (RunningPortion& portion : portions_) {
    if (!portion.supervisor || portion.is_lost) continue;
    const int fd = portion.supervisor->listener().fd();
    const auto entry = std::ranges::find(polled_, fd, &pollfd::fd);
    if (entry == polled_.end() || entry->revents == 0) continue;
    if ((entry->revents & POLLIN) == 0) {
      ended_listeners_.push_back(fd);
      continue;
    }
    ASSIGN_OR_RETURN(const bool killed, portion.supervisor->HandleOne(log_));
    if (killed) killed_.push_back(portion.name);
  }
  return {};
}

bool EventLoop::IsDenied(const RunningPortion& portion, int signal) const {
  return signal == SIGSYS ||
         std::ranges::find(killed_, portion.name) != killed_.end();
}

// Its callers get what the policy says, and the program goes on.
void EventLoop::Lose(RunningPortion& portion, int signal) {
  portion.is_lost = true;
  for (const LossMark& mark : portion.loss_marks) mark.Set();
  lost_.push_back(fmt::format(
      "portion `{}` ended by signal {} ({}): its calls failed from then on",
      portion.name, signal, sigabbrev_np(signal)));
}

// One of several programs may have done its work before the one with main has.
bool EventLoop::IsDone(const RunningPortion& portion, int status) const {
  return portion.is_beside_others && !portion.holds_main && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

bool EventLoop::IsAwaited(const std::string& server) const {
  return std::ranges::any_of(portions_, [&](const RunningPortion& portion) {
    return std::ranges::find(portion.awaited, server, &AwaitedSocket::server) !=
           portion.awaited.end();
  });
}

void EventLoop::Finish(RunningPortion& portion) {
  portion.is_lost = true;
  lost_.push_back(
      fmt::format("portion `{}` ended with status 0, and the others went on",
                  portion.name));
}

// A portion ended, and with it the program. One that ends by itself says the
// program's status, whichever it is: `exit` means the program wherever its code
// was put.
void EventLoop::Decide(RunningPortion& portion, int status) {
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const bool is_denied = IsDenied(portion, signal);
  if (signal == 0 && IsAwaited(portion.name)) {
    outcome_ = FailedOutcome(
        {fmt::format("portion `{}` ended with status {} before it bound the "
                     "socket that others wait for",
                     portion.name, WEXITSTATUS(status)),
         "a program that serves stays, and binds what the policy says"});
    return;
  }
  if (IsDone(portion, status)) return Finish(portion);
  if (signal != 0 && !is_denied && !portion.loss_marks.empty())
    return Lose(portion, signal);
  Outcome outcome;
  outcome.portion = portion.name;
  outcome.signal = signal;
  if (is_denied) {
    outcome.kind = OutcomeKind::kViolation;
    outcome.message = fmt::format("a denial killed portion `{}`", portion.name);
  } else if (signal != 0) {
    outcome.kind =
        signal == SIGKILL ? OutcomeKind::kKilled : OutcomeKind::kCrashed;
    outcome.message = fmt::format("portion `{}` ended by signal {} ({})",
                                  portion.name, signal, sigabbrev_np(signal));
  } else {
    outcome.kind = OutcomeKind::kOk;
    outcome.status = WEXITSTATUS(status);
  }
  outcome_ = std::move(outcome);
}

// Every denial was recorded before its call returned, so none is lost here.
Result<> EventLoop::HandleExits() {
  for (RunningPortion& portion : portions_) {
    if (outcome_ || portion.is_lost ||
        !IsReady(portion.container.init_socket()))
      continue;
    ASSIGN_OR_RETURN(const std::optional<int> status,
                     portion.container.ReadInit());
    if (status) Decide(portion, *status);
  }
  return {};
}

bool EventLoop::HandleTracee(pid_t tid, int status) {
  for (RunningPortion& portion : portions_) {
    if (!portion.tracer || !portion.tracer->Traces(tid)) continue;
    Result<> handled = portion.tracer->HandleStop(tid, status, portion.scanner);
    if (!handled.ok() && !trace_error_) trace_error_ = handled.error();
    return true;
  }
  return false;
}

// A new thread or child may report its stop before its creator reports it. It
// stays stopped until then: let go, it could end unread.
void EventLoop::HandleReport(pid_t tid, int status) {
  if (!HandleTracee(tid, status)) {
    if (WIFSTOPPED(status)) early_.emplace(tid, status);
    return;
  }
  std::erase_if(early_, [this](const auto& stop) {
    return HandleTracee(stop.first, stop.second);
  });
}

Result<> EventLoop::HandleChildren() {
  signalfd_siginfo ignored;
  while (read(children_.get(), &ignored, sizeof ignored) > 0) continue;
  for (;;) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, WNOHANG | __WALL);
    if (tid <= 0) break;
    HandleReport(tid, status);
  }
  if (trace_error_) return std::unexpected(*trace_error_);
  return {};
}

void EventLoop::HandleDeadline() {
  if (outcome_ || deadline_ms_ == 0 || NowMs() < deadline_ms_) return;
  Outcome outcome;
  outcome.kind = OutcomeKind::kTimeout;
  outcome.signal = SIGKILL;
  std::vector<PortionState> states;
  for (const RunningPortion& portion : portions_) {
    if (portion.is_lost) continue;
    states.push_back({portion.name, WaitsIn(portion.container.portion_pid())});
  }
  outcome.portion = WaitedFor(states);
  outcome.message =
      fmt::format("the wall time limit passed: {}", DescribeStates(states));
  outcome_ = std::move(outcome);
}

Result<Outcome> EventLoop::Run() {
  RETURN_IF_ERROR(Prepare());
  for (RunningPortion& portion : portions_) {
    if (portion.awaited.empty()) RETURN_IF_ERROR(LetGo(portion));
  }
  // The first round is for stops that were reported before SIGCHLD was watched.
  RETURN_IF_ERROR(HandleChildren());
  while (!outcome_) {
    RETURN_IF_ERROR(WaitForEvents());
    if (IsReady(launcher_)) return Fail("the launcher has gone");
    RETURN_IF_ERROR(HandleListeners());
    RETURN_IF_ERROR(HandleChildren());
    RETURN_IF_ERROR(HandleExits());
    RETURN_IF_ERROR(LetGoBound());
    HandleDeadline();
  }
  outcome_->notes = std::move(lost_);
  return *std::move(outcome_);
}

ScanSummary MergeScans(const std::vector<RunningPortion>& portions) {
  ScanSummary all;
  for (const RunningPortion& portion : portions) {
    const ScanSummary& one = portion.scanner.summary();
    all.crossing_stops += one.crossing_stops;
    all.exit_stops += one.exit_stops;
    all.bytes_scanned += one.bytes_scanned;
    all.bytes_unread += one.bytes_unread;
    all.descriptors_scanned += one.descriptors_scanned;
    all.windows_sought += one.windows_sought;
    all.windows_too_plain += one.windows_too_plain;
    all.windows_elsewhere += one.windows_elsewhere;
    all.reliable = all.reliable && one.reliable;
    std::ranges::copy(one.places, std::back_inserter(all.places));
    for (const AuditHits& hit : one.hits) {
      const auto same =
          std::ranges::find(all.hits, hit.encoding, &AuditHits::encoding);
      if (same == all.hits.end()) {
        all.hits.push_back(hit);
      } else {
        same->count += hit.count;
        same->parts_found = std::max(same->parts_found, hit.parts_found);
      }
    }
  }
  return all;
}

// A server does not end by itself: it is read where it waits, when nobody calls
// it any more or the run is over, with all that it forked; that one of its
// threads or children has ended, and was read, tells nothing of the others.
Result<> ScanTheWaiting(std::vector<RunningPortion>& portions) {
  for (RunningPortion& portion : portions) {
    if (!portion.tracer || portion.is_lost) continue;
    ASSIGN_OR_RETURN(const uint64_t processes,
                     portion.tracer->ScanLiving(portion.scanner, 0));
    portion.scanner.summary().exit_stops += processes;
  }
  return {};
}

// What a portion says of itself: it cannot loosen anything by it.
void NoteSwitch(const RunningPortion& portion,
                std::vector<std::string>& notes) {
  if (!portion.supervisor || !portion.supervisor->portion().serving) return;
  notes.push_back(
      portion.supervisor->has_switched()
          ? fmt::format("{}: switched to its filter for serving", portion.name)
          : fmt::format("{}: never said that it serves: the filter for its "
                        "start stayed the only one",
                        portion.name));
}

Result<Outcome> Run(const InstanceSpec& spec, std::vector<UniqueFd> descriptors,
                    int launcher_socket, std::vector<Layer>& layers) {
  PortionStarter starter(spec, descriptors);
  ASSIGN_OR_RETURN(std::vector<RunningPortion> portions, starter.StartAll());
  layers = ListLayers(spec, LandlockAbi());
  if (spec.strict && spec.mode != RunMode::kControl) {
    RETURN_IF_ERROR(RefuseMissing(layers));
  }
  descriptors.clear();
  DenialLog log;
  EventLoop loop(portions, log, launcher_socket);
  ASSIGN_OR_RETURN(Outcome outcome, loop.Run());
  RETURN_IF_ERROR(ScanTheWaiting(portions));
  outcome.denials = log.Sorted();
  outcome.denials_omitted = log.dropped();
  for (const RunningPortion& portion : portions) {
    std::ranges::copy(portion.container.notes(),
                      std::back_inserter(outcome.notes));
    NoteSwitch(portion, outcome.notes);
  }
  for (const RunningPortion& portion : portions) {
    if (!portion.supervisor || !portion.supervisor->learner()) continue;
    outcome.learned = portion.supervisor->learner()->Finish();
  }
  if (spec.mode != RunMode::kNormal) outcome.scan = MergeScans(portions);
  return outcome;
}

}  // namespace

Outcome RunInstance(const InstanceSpec& spec, std::vector<UniqueFd> descriptors,
                    int launcher_socket) {
  std::vector<Layer> layers;
  auto outcome = Run(spec, std::move(descriptors), launcher_socket, layers);
  Outcome result = outcome.ok() ? std::move(outcome).value()
                                : FailedOutcome(outcome.error());
  result.layers = std::move(layers);
  return result;
}

}  // namespace bailey::executor
