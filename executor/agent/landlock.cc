#include "executor/agent/landlock.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bailey::executor {
namespace {

constexpr uint32_t kCreateRulesetVersion = 1u << 0;
constexpr int kRulePathBeneath = 1;

// struct landlock_ruleset_attr as of ABI 6.
struct RulesetAttributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;  // ABI 4
  uint64_t scoped;              // ABI 6
};

struct [[gnu::packed]] PathBeneath {
  uint64_t allowed_access;
  int32_t parent_fd;
};

// Kernels refuse a longer structure whose tail is not zero, and accept a
// shorter one: so the size is that of the ABI.
size_t AttributesSize(int abi) {
  if (abi >= 6) return sizeof(RulesetAttributes);
  return abi >= 4 ? 16 : 8;
}

}  // namespace

int LandlockAbi() {
  // SAFETY: with this flag the kernel reads nothing and returns its ABI.
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, kCreateRulesetVersion);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

std::string LandlockGaps(int abi) {
  if (abi >= 6) return "";
  std::string gaps = "no scoping of signals and abstract sockets";
  if (abi < 5) gaps += ", no ioctl of devices";
  if (abi < 4) gaps += ", no TCP";
  if (abi < 3) gaps += ", no truncate";
  if (abi < 2) gaps += ", no refer";
  return gaps;
}

Result<LandlockRuleset> LandlockRuleset::Create() {
  const int abi = LandlockAbi();
  RulesetAttributes attributes{};
  attributes.handled_access_fs = LandlockHandledFs(abi);
  attributes.handled_access_net = LandlockHandledNet(abi);
  attributes.scoped = LandlockScoped(abi);
  // SAFETY: the size is that of the structure for this kernel's ABI.
  const long fd =
      syscall(SYS_landlock_create_ruleset, &attributes, AttributesSize(abi), 0);
  if (fd < 0) return FailErrno("cannot create a Landlock ruleset");
  return LandlockRuleset(UniqueFd(static_cast<int>(fd)),
                         attributes.handled_access_fs);
}

Result<> LandlockRuleset::Allow(int path_fd, uint64_t rights) {
  struct stat status{};
  if (fstat(path_fd, &status) != 0) return FailErrno("cannot stat a file");
  uint64_t meant = rights & handled_;
  if (!S_ISDIR(status.st_mode)) meant &= kLandlockFileRights;
  if (meant == 0) return {};
  const PathBeneath rule{meant, path_fd};
  // SAFETY: the kernel copies the packed structure during the call.
  if (syscall(SYS_landlock_add_rule, fd_.get(), kRulePathBeneath, &rule, 0) !=
      0) {
    return FailErrno("cannot add a Landlock rule");
  }
  return {};
}

}  // namespace bailey::executor
