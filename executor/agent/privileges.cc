#include "executor/agent/privileges.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace bailey::executor {
namespace {

// The portion's highest descriptor is below 256; a program's own come on top.
constexpr rlim_t kDescriptors = 1024;

constexpr unsigned long kSecureBits =
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

Result<> EmptyBoundingSet() {
  for (unsigned long capability = 0;; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    // EINVAL: beyond the last capability that this kernel has.
    if (errno == EINVAL && capability > 0) return {};
    return FailErrno("cannot empty the capability bounding set");
  }
}

Result<> EmptyOwnSets() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  // SAFETY: version 3 reads two data structures.
  if (syscall(SYS_capset, &header, none.data()) != 0) {
    return FailErrno("cannot drop capabilities");
  }
  return {};
}

// Never above what we were given: raising needs a capability.
Result<> Limit(__rlimit_resource resource, rlim_t value, const char* what) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return FailErrno(what);
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(resource, &limit) != 0) return FailErrno(what);
  return {};
}

}  // namespace

Result<> DropCapabilities() {
  if (prctl(PR_SET_SECUREBITS, kSecureBits, 0, 0, 0) != 0) {
    return FailErrno("cannot lock the secure bits");
  }
  RETURN_IF_ERROR(EmptyBoundingSet());
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return FailErrno("cannot clear the ambient capabilities");
  }
  RETURN_IF_ERROR(EmptyOwnSets());
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return FailErrno("cannot set no_new_privs");
  }
  return {};
}

Result<> LimitResources(const PlanLimits& limits,
                        const ReservedSpace& reserved) {
  RETURN_IF_ERROR(Limit(RLIMIT_CORE, 0, "cannot forbid core dumps"));
  RETURN_IF_ERROR(Limit(RLIMIT_NOFILE, kDescriptors, "cannot limit files"));
  if (limits.pids != 0) {
    RETURN_IF_ERROR(
        Limit(RLIMIT_NPROC, limits.pids + 1, "cannot limit processes"));
  }
  if (limits.memory_bytes == 0) return {};
  RETURN_IF_ERROR(Limit(RLIMIT_DATA,
                        limits.memory_bytes + reserved.writable_bytes,
                        "cannot limit memory"));
  return Limit(RLIMIT_AS,
               limits.memory_bytes + kAddressSpaceSlackBytes + reserved.bytes,
               "cannot limit memory");
}

Result<> DieWithParent() {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
    return FailErrno("cannot ask to die with the parent");
  }
  return {};
}

}  // namespace bailey::executor
