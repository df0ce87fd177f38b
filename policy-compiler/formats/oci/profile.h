// A seccomp profile as OCI runtimes and Docker read it, with its strict reader.
//
//   ASSIGN_OR_RETURN(OciProfile profile, ParseOciProfile(text, "docker.json"));
//
// Read are the runtime specification's `linux.seccomp` object, and what Docker
// and Podman add to it: archMap, includes, excludes, errno by name. An unknown
// member is an error, since it could restrict what is not restricted then.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_PROFILE_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"

namespace bailey::policy {

enum class OciActionKind {
  kKillThread,  // SCMP_ACT_KILL and SCMP_ACT_KILL_THREAD
  kKillProcess,
  kTrap,
  kErrno,
  kTrace,
  kAllow,
  kLog,
  kNotify,
};

struct OciAction {
  OciActionKind kind = OciActionKind::kKillThread;
  uint32_t code = 0;  // kErrno and kTrace: errnoRet, EPERM where none is given
  bool operator==(const OciAction&) const = default;
};

enum class OciOperator {
  kNotEqual,
  kLess,
  kLessEqual,
  kEqual,
  kGreaterEqual,
  kGreater,
  kMaskedEqual,  // (argument & value) == value_two
};

struct OciArgument {
  int index = 0;  // 0..5
  uint64_t value = 0;
  uint64_t value_two = 0;
  OciOperator op = OciOperator::kEqual;
};

using KernelVersion = std::pair<uint32_t, uint32_t>;

// Docker's: which containers an entry is for.
struct OciScope {
  std::vector<std::string> capabilities;   // "CAP_SYS_ADMIN"
  std::vector<std::string> architectures;  // Go's names, "amd64"
  std::optional<KernelVersion> min_kernel;
};

struct OciEntry {
  std::string where;  // "docker.json.syscalls[3]", for messages
  std::vector<std::string> names;
  OciAction action;
  std::vector<OciArgument> arguments;
  OciScope includes;
  OciScope excludes;
};

struct OciProfile {
  OciAction default_action;
  std::vector<std::string> architectures;  // "SCMP_ARCH_X86_64"
  std::vector<std::string> flags;
  std::string listener_path;  // whom SCMP_ACT_NOTIFY asks
  std::vector<OciEntry> entries;
};

Result<OciProfile> ParseOciProfile(std::string_view text,
                                   std::string_view name);

// "4.8" or "4.8.0".
Result<KernelVersion> ParseKernelVersion(std::string_view text);

// "SCMP_ACT_ERRNO(1)"
std::string OciActionText(const OciAction& action);
// "SCMP_CMP_EQ"
std::string_view OciOperatorText(OciOperator op);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_PROFILE_H_
