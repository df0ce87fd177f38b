#include "executor/agent/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "executor/agent/container.h"
#include "executor/process.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

constexpr size_t kMaxPathBytes = 4096;  // PATH_MAX
constexpr size_t kPageBytes = 4096;

// A NUL-terminated string of another process; empty if it cannot be read. Read
// page by page: the string may end just before memory that is not there.
std::string ReadString(pid_t pid, uint64_t address) {
  std::string text;
  std::array<char, kPageBytes> page{};
  while (text.size() < kMaxPathBytes) {
    const uint64_t at = address + text.size();
    const size_t want = kPageBytes - at % kPageBytes;
    const iovec local{page.data(), want};
    // SAFETY: an address of the other process; the kernel checks it there.
    const iovec remote{reinterpret_cast<void*>(at), want};
    const ssize_t got = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    if (got <= 0) return "";
    const size_t size = strnlen(page.data(), static_cast<size_t>(got));
    text.append(page.data(), size);
    if (size < static_cast<size_t>(got)) return text;
  }
  return text.substr(0, kMaxPathBytes);
}

// What a relative path starts from, as the container names it; empty if that
// cannot be told.
std::string DirectoryOf(pid_t thread, int descriptor) {
  const std::string link =
      descriptor == AT_FDCWD
          ? fmt::format("/proc/{}/cwd", thread)
          : fmt::format("/proc/{}/fd/{}", thread, descriptor);
  std::array<char, kMaxPathBytes> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  const std::string_view name(target.data(),
                              size > 0 ? static_cast<size_t>(size) : 0);
  return std::string(name.starts_with('/') ? name : "");
}

// Numbers mean other calls on other architectures.
std::optional<PathArgument> PathOf(const SeccompData& call) {
  if (call.architecture != AUDIT_ARCH_X86_64) return std::nullopt;
  return FindPathArgument(call.number);
}

std::string ErrnoAction(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? fmt::format("errno {}", name)
                         : fmt::format("errno {}", error);
}

// The filters that we run ourselves.
Result<> CheckAnswers(const PlanPortion& portion) {
  for (const FilterKind kind : {FilterKind::kPlain, FilterKind::kRuleIndex}) {
    const PlanFilter* filter = FindFilter(portion, kind);
    if (filter == nullptr) {
      return Fail(fmt::format("it has no {} filter", FilterKindName(kind)));
    }
    RETURN_IF_ERROR(ValidateBpf(filter->program));
  }
  return {};
}

}  // namespace

Result<Supervisor> Supervisor::Begin(const PlanPortion& portion, FileView view,
                                     int pidfd, pid_t pid, int number) {
  const int64_t deadline_ms = NowMs() + kStartTimeoutMs;
  ASSIGN_OR_RETURN(Listener listener,
                   Listener::Take(pidfd, number, deadline_ms));
  RETURN_IF_ERROR(CheckAnswers(portion));
  Supervisor supervisor(portion, std::move(view), std::move(listener), pidfd,
                        number);
  RETURN_IF_ERROR(supervisor.AwaitSentinel());
  RETURN_IF_ERROR(supervisor.CheckInForce(pid));
  return supervisor;
}

bool Supervisor::IsSentinel(const Notification& call) const {
  return call.call.number == BAILEY_SENTINEL_SYSCALL &&
         call.call.arguments[0] == BAILEY_SENTINEL_OPTION &&
         call.call.arguments[1] == static_cast<uint64_t>(number_);
}

Result<> Supervisor::AwaitSentinel() {
  const int64_t deadline_ms = NowMs() + kStartTimeoutMs;
  for (;;) {
    ASSIGN_OR_RETURN(const ListenerEvent event, listener_.Await(deadline_ms));
    if (event == ListenerEvent::kEnded) {
      return Fail("it ended while its filter was installed");
    }
    if (event == ListenerEvent::kTimeout) break;
    ASSIGN_OR_RETURN(const std::optional<Notification> call,
                     listener_.Receive());
    if (!call) continue;
    if (!IsSentinel(*call)) break;
    sentinel_ = call->id;
    return {};
  }
  return Fail(
      "its runtime did not make the sentinel call after its filter was "
      "installed",
      "build the bundle again with this version");
}

Result<> Supervisor::CheckInForce(pid_t pid) const {
  ASSIGN_OR_RETURN(const std::string mode, StatusField(pid, "Seccomp"));
  ASSIGN_OR_RETURN(const std::string locked, StatusField(pid, "NoNewPrivs"));
  if (mode == "2" && locked == "1") return {};
  return Fail(
      fmt::format("the kernel does not show its filter in force "
                  "(Seccomp: {}, NoNewPrivs: {})",
                  mode, locked));
}

Result<Supervisor> Supervisor::Adopt(const PlanPortion& portion, FileView view,
                                     int pidfd, UniqueFd fd,
                                     ExecFilter injection) {
  RETURN_IF_ERROR(CheckAnswers(portion));
  ASSIGN_OR_RETURN(Listener listener, Listener::Adopt(std::move(fd)));
  Supervisor supervisor(portion, std::move(view), std::move(listener), pidfd,
                        -1);
  supervisor.injection_.emplace(std::move(injection));
  return supervisor;
}

Result<> Supervisor::Release() {
  if (injection_) {
    RETURN_IF_ERROR(injection_->Release());
    injection_.reset();
    return {};
  }
  return listener_.AnswerSentinel(sentinel_, number_);
}

Result<> Supervisor::HandOver() {
  if (!injection_) return Fail("a portion with a runtime is released");
  RETURN_IF_ERROR(injection_->HandOver());
  injection_.reset();
  return {};
}

Result<bool> Supervisor::HandleOne(DenialLog& log) {
  ASSIGN_OR_RETURN(const std::optional<Notification> call, listener_.Receive());
  if (!call) return false;
  return Judge(*call, log);
}

Result<bool> Supervisor::Judge(const Notification& call, DenialLog& log) {
  const PlanFilter* plain = FindFilter(*portion_, FilterKind::kPlain);
  const uint32_t verdict = RunBpf(plain->program, call.call).returned;
  const int data = static_cast<int>(verdict & SECCOMP_RET_DATA);
  Denial denial = Describe(call);
  if (learner_) learner_->Observe(call.call, denial.path);
  switch (verdict & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ERRNO:
      denial.action = ErrnoAction(data);
      log.Record(std::move(denial));
      RETURN_IF_ERROR(listener_.Deny(call.id, data));
      return false;
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
      return JudgeAllowed(call, std::move(denial), log);
    default:
      // kill_process; and what should never have been notified dies too.
      denial.action = "kill_process";
      log.Record(std::move(denial));
      KillByPidfd(pidfd_);
      return true;
  }
}

Result<bool> Supervisor::JudgeAllowed(const Notification& call, Denial denial,
                                      DenialLog& log) {
  const PlanFilter* plain = FindFilter(*portion_, FilterKind::kPlain);
  const bool logged = (RunBpf(plain->program, call.call).returned &
                       SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_LOG;
  const std::optional<PathArgument> path = PathOf(call.call);
  const bool seen = path && path->opens && !portion_->trusted;
  // What the policy allows, learning has notified only to be seen.
  if (!logged && !seen && !learner_) {
    // The three filters were proved consistent, so this cannot be; if it is,
    // the call does not happen.
    denial.action = ErrnoAction(EPERM);
    log.Record(std::move(denial));
    RETURN_IF_ERROR(listener_.Deny(call.id, EPERM));
    return false;
  }
  const bool switches = logged && denial.rule.file.empty() &&
                        denial.rule.text == BAILEY_SWITCH_RULE;
  has_switched_ = has_switched_ || switches;
  if (logged && !switches) {
    denial.action = "log";
    log.Record(denial);
  }
  if (seen && !view_.Allows(denial.path, AccessOf(call.call))) {
    denial.action = "files";
    denial.rule = {};
    denial.rule.text = fmt::format("otherwise: no file rule allows `{}`",
                                   denial.path.empty() ? "?" : denial.path);
    log.Record(std::move(denial));
  }
  RETURN_IF_ERROR(listener_.Continue(call.id));
  return false;
}

Denial Supervisor::Describe(const Notification& call) const {
  Denial denial;
  denial.portion = portion_->name;
  denial.syscall = call.call;
  denial.rule = RuleFor(call.call);
  denial.path = ReadPath(call);
  denial.credential = view_.CredentialAt(denial.path);
  return denial;
}

std::string Supervisor::ReadPath(const Notification& call) const {
  const std::optional<PathArgument> where = PathOf(call.call);
  if (!where) return "";
  const auto& arguments = call.call.arguments;
  const std::string path =
      ReadString(call.thread, arguments[static_cast<size_t>(where->path)]);
  if (path.empty() || !listener_.IsValid(call.id)) return "";
  if (path[0] == '/') return NormalPath(path);
  const int directory =
      where->directory < 0
          ? AT_FDCWD
          : static_cast<int>(arguments[static_cast<size_t>(where->directory)]);
  const std::string base = DirectoryOf(call.thread, directory);
  return base.empty() ? path : NormalPath(base + "/" + path);
}

PlanRule Supervisor::RuleFor(const SeccompData& call) const {
  const PlanFilter* filter = FindFilter(*portion_, FilterKind::kRuleIndex);
  const uint32_t index = RunBpf(filter->program, call).returned;
  const auto found =
      std::ranges::find(portion_->rules, index, &PlanRule::index);
  if (found != portion_->rules.end()) return *found;
  PlanRule unknown;
  unknown.index = index;
  unknown.text = "otherwise";
  return unknown;
}

}  // namespace bailey::executor
