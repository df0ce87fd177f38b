#include "policy-compiler/lower/filter_return.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {
namespace {

constexpr std::array<std::string_view, 4> kOpens = {"open", "openat", "openat2",
                                                    "creat"};

uint32_t PlainReturn(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return SECCOMP_RET_ALLOW;
    case ActionKind::kLog:
      return SECCOMP_RET_LOG;
    case ActionKind::kErrno:
      return SECCOMP_RET_ERRNO | action.errno_value;
    case ActionKind::kTrap:
      return SECCOMP_RET_TRAP;
    case ActionKind::kKillThread:
      return SECCOMP_RET_KILL_THREAD;
    case ActionKind::kKillProcess:
      return SECCOMP_RET_KILL_PROCESS;
  }
  CHECK(false && "an action has one of six kinds");
}

bool IsNotified(const Verdict& verdict, const CallFacts& facts,
                const NotifyOptions& options) {
  if (facts.sentinel) return true;
  switch (verdict.action.kind) {
    case ActionKind::kAllow:
      return options.allowed || (facts.opens && options.opens);
    case ActionKind::kErrno:
      return verdict.rule != kRuleUnknownNumber &&
             verdict.rule != kRuleClone3Fallback;
    case ActionKind::kLog:
    case ActionKind::kKillProcess:
      return true;
    case ActionKind::kTrap:
    case ActionKind::kKillThread:
      return false;
  }
  CHECK(false && "an action has one of six kinds");
}

}  // namespace

bool IsOpen(Architecture architecture, uint32_t number) {
  const Syscall* call = SyscallTable::For(architecture).FindByNumber(number);
  return call != nullptr &&
         std::ranges::find(kOpens, call->name) != kOpens.end();
}

CallFacts FactsOf(Architecture architecture, const SeccompData& data,
                  const NotifyOptions& options) {
  return {.opens = IsOpen(architecture, data.number),
          .sentinel = options.sentinel_number != 0 &&
                      data.number == options.sentinel_number &&
                      static_cast<uint32_t>(data.arguments[0]) ==
                          static_cast<uint32_t>(options.sentinel_argument0)};
}

uint32_t FilterReturn(FilterKind kind, const Verdict& verdict,
                      const CallFacts& facts, const NotifyOptions& options) {
  if (kind == FilterKind::kRuleIndex) return verdict.rule;
  if (kind == FilterKind::kNotify && IsNotified(verdict, facts, options)) {
    return SECCOMP_RET_USER_NOTIF;
  }
  return PlainReturn(verdict.action);
}

}  // namespace bailey::policy
