#include "executor/agent/injected_start.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <utility>

#include "executor/inject/exec_filter.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

// What a portion's runtime does before its filter, in the same order.
Result<> GiveUpPrivileges(const PlanPortion& portion, bool has_landlock,
                          ExecFilter& injection) {
  RETURN_IF_ERROR(injection.Prepare(SYS_prctl, {PR_SET_NO_NEW_PRIVS, 1},
                                    "set no_new_privs"));
  // Without a secret it stays as programs are: what is not dumpable cannot read
  // all of its own /proc.
  if (!portion.credentials.empty()) {
    RETURN_IF_ERROR(injection.Prepare(SYS_prctl, {PR_SET_DUMPABLE, 0},
                                      "make it undumpable"));
  }
  if (!has_landlock) return {};
  RETURN_IF_ERROR(injection.Prepare(SYS_landlock_restrict_self,
                                    {BAILEY_LANDLOCK_FD}, "install Landlock"));
  return injection.Prepare(SYS_close, {BAILEY_LANDLOCK_FD},
                           "close Landlock's ruleset");
}

Result<Supervisor> Inject(const PlanPortion& portion, FileView view,
                          bool has_landlock, Container& container) {
  const PlanFilter* filter = FindFilter(portion, FilterKind::kNotify);
  if (filter == nullptr) return Fail("it has no notify filter");
  ASSIGN_OR_RETURN(ExecFilter injection,
                   ExecFilter::Attach(container.portion_pid()));
  RETURN_IF_ERROR(container.Go());
  RETURN_IF_ERROR(injection.AwaitExec());
  RETURN_IF_ERROR(GiveUpPrivileges(portion, has_landlock, injection));
  ASSIGN_OR_RETURN(UniqueFd listener,
                   injection.InstallListening(filter->program));
  return Supervisor::Adopt(portion, std::move(view), container.portion_pidfd(),
                           std::move(listener), std::move(injection));
}

}  // namespace

Result<Supervisor> StartInjected(const PlanPortion& portion, FileView view,
                                 bool has_landlock, Container& container) {
  auto supervisor = Inject(portion, std::move(view), has_landlock, container);
  if (supervisor.ok()) return supervisor;
  return std::unexpected(WithContext(fmt::format("portion `{}`", portion.name),
                                     supervisor.error()));
}

}  // namespace bailey::executor
