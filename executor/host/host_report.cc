#include "executor/host/host_report.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "common/fd.h"
#include "common/json.h"
#include "executor/agent/landlock.h"
#include "executor/cgroup/files.h"
#include "executor/cgroup/instance_cgroups.h"
#include "executor/process.h"

namespace bailey::executor {
namespace {

HostFact KernelFact() {
  utsname name{};
  uname(&name);
  const bool known = std::string_view(name.machine) == "x86_64";
  return {"kernel", known ? HostState::kThere : HostState::kMissing, true,
          fmt::format("{} {}", name.release, name.machine),
          known ? "" : "only x86_64 is supported so far"};
}

HostFact LandlockFact() {
  const int abi = LandlockAbi();
  if (abi == 0) {
    return {"landlock", HostState::kMissing, false, "not in this kernel",
            "boot with `lsm=landlock,...` or a kernel of 5.13 or newer"};
  }
  const std::string gaps = LandlockGaps(abi);
  return {"landlock", HostState::kThere, false,
          gaps.empty() ? fmt::format("ABI {}", abi)
                       : fmt::format("ABI {}: {}", abi, gaps),
          gaps.empty() ? "" : "a newer kernel closes these gaps"};
}

bool HasAction(uint32_t action) {
  // SAFETY: the kernel reads one 32-bit word.
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

HostFact SeccompFact() {
  std::string missing;
  const auto need = [&](uint32_t action, std::string_view name) {
    if (!HasAction(action)) missing += fmt::format(" {}", name);
  };
  need(SECCOMP_RET_USER_NOTIF, "user_notif");
  need(SECCOMP_RET_KILL_PROCESS, "kill_process");
  need(SECCOMP_RET_ERRNO, "errno");
  need(SECCOMP_RET_LOG, "log");
  if (missing.empty()) {
    return {"seccomp", HostState::kThere, true,
            "filters, notifications, kill_process, log", ""};
  }
  return {"seccomp", HostState::kMissing, true,
          fmt::format("without{}", missing),
          "a kernel of 5.14 or newer with CONFIG_SECCOMP_FILTER has them"};
}

// Makes all seven and maps an id, as an instance does.
HostFact NamespaceFact() {
  UniqueFd pidfd;
  const auto pid = ForkInto(kAllNamespaces, &pidfd);
  if (pid.ok() && *pid == 0) {
    pause();
    _exit(0);
  }
  if (!pid.ok()) {
    return {"user namespaces", HostState::kMissing, true, pid.error().message,
            pid.error().hint};
  }
  const Result<> mapped =
      WriteIdMaps(*pid, {0, geteuid(), 1}, {0, getegid(), 1}, geteuid() != 0);
  KillByPidfd(pidfd.get());
  while (waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) continue;
  if (!mapped.ok()) {
    return {"user namespaces", HostState::kMissing, true,
            mapped.error().message, NamespaceHint(EPERM)};
  }
  return {"user namespaces", HostState::kThere, true,
          "made, with pid, mount, network, ipc, uts and cgroup namespaces", ""};
}

HostFact IdentityFact() {
  if (geteuid() == 0) {
    return {"identities", HostState::kThere, false,
            "as root each container gets a host user of its own", ""};
  }
  return {"identities", HostState::kMissing, false,
          "containers would run as your own user",
          "run as root for a user of their own"};
}

// Makes a cgroup with each limit, as a run does, and removes it.
HostFact CgroupFact() {
  CgroupFiles files;
  InstanceCgroups cgroups(files, OwnCgroups(files));
  cgroups.Place("doctor", {.memory_bytes = uint64_t{1} << 30,
                           .wall_ms = 0,
                           .cpu_percent = 100,
                           .pids = 100,
                           .output_bytes = 0});
  std::string usable;
  std::string missing;
  bool unified = false;
  for (const Controller controller : kControllers) {
    const std::string gap = cgroups.Gap(controller);
    std::string& list = gap.empty() ? usable : missing;
    if (!list.empty()) list += ", ";
    list += gap.empty()
                ? cgroups.Mechanism(controller)
                : fmt::format("{} ({})", ControllerName(controller), gap);
    unified |= gap.empty() && cgroups.Mechanism(controller).contains("v2");
  }
  if (!missing.empty()) {
    return {"cgroups", HostState::kMissing, false,
            fmt::format("usable: {}; not: {}", usable.empty() ? "none" : usable,
                        missing),
            "run as root, or on a v2 host within `systemd-run --user --scope "
            "-p Delegate=yes`; until then RLIMIT stands in for memory and "
            "processes, and nothing for cpu"};
  }
  return {"cgroups", unified ? HostState::kUntested : HostState::kThere, false,
          fmt::format("limits were set: {}{}", usable,
                      unified ? "; by v2 they are untested" : ""),
          ""};
}

HostFact KvmFact() {
  if (access("/dev/kvm", F_OK) != 0) {
    return {"kvm", HostState::kMissing, false, "no /dev/kvm",
            "turn virtualisation on in the firmware, and load kvm_intel or "
            "kvm_amd; namespace sandboxes need none"};
  }
  if (access("/dev/kvm", R_OK | W_OK) != 0) {
    return {"kvm", HostState::kMissing, false, "/dev/kvm is not yours to open",
            "join the group kvm"};
  }
  return {"kvm", HostState::kUntested, false,
          "/dev/kvm can be opened; no guest has booted", ""};
}

std::string FindProgram(std::string_view name) {
  const char* path = std::getenv("PATH");
  const std::string_view all = path == nullptr ? "/usr/bin:/bin" : path;
  for (size_t at = 0; at <= all.size();) {
    const size_t end = std::min(all.find(':', at), all.size());
    std::string file = fmt::format("{}/{}", all.substr(at, end - at), name);
    if (access(file.c_str(), X_OK) == 0) return file;
    at = end + 1;
  }
  return "";
}

HostFact QemuFact() {
  const std::string found = FindProgram("qemu-system-x86_64");
  if (found.empty()) {
    return {"qemu", HostState::kMissing, false, "not installed",
            "apt-get install qemu-system-x86"};
  }
  return {"qemu", HostState::kUntested, false,
          fmt::format("{}; no guest has booted", found), ""};
}

std::string_view StateName(HostState state) {
  switch (state) {
    case HostState::kThere:
      return "ok";
    case HostState::kMissing:
      return "missing";
    case HostState::kUntested:
      return "untested";
  }
  return "missing";
}

}  // namespace

bool HostReport::CanRun() const {
  return std::ranges::none_of(facts, [](const HostFact& fact) {
    return fact.required && fact.state != HostState::kThere;
  });
}

HostReport InspectHost() {
  return {{KernelFact(), SeccompFact(), NamespaceFact(), IdentityFact(),
           LandlockFact(), CgroupFact(), KvmFact(), QemuFact()}};
}

std::string HostReportText(const HostReport& report) {
  std::string text;
  for (const HostFact& fact : report.facts) {
    text += fmt::format("{:<9} {:<16} {}\n", StateName(fact.state), fact.name,
                        fact.detail);
    if (!fact.hint.empty()) text += fmt::format("{:27}{}\n", "", fact.hint);
  }
  text += report.CanRun() ? "portions can run here\n"
                          : "portions cannot run here\n";
  return text;
}

std::string HostReportJson(const HostReport& report) {
  Json facts = Json::array();
  for (const HostFact& fact : report.facts) {
    facts.push_back({{"name", fact.name},
                     {"state", StateName(fact.state)},
                     {"required", fact.required},
                     {"detail", fact.detail},
                     {"hint", fact.hint}});
  }
  return WriteJson({{"schema", kHostSchema},
                    {"can_run", report.CanRun()},
                    {"facts", std::move(facts)}});
}

}  // namespace bailey::executor
