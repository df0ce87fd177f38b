// What the launcher asks of an agent: the plan, the files, the arguments. It
// passes as one message over their socket, with descriptors in this order:
// kSpecFd (this document), kBlobsFd (the files' bytes, one behind the other),
// standard input, output and error, then one for each credential that the run
// has, then one for each of `audit_forms`, then the entries of `cgroups`.
//
//   RETURN_IF_ERROR(SendMessage(socket, kStartMessage, descriptors));

#ifndef BAILEY_EXECUTOR_SPEC_H_
#define BAILEY_EXECUTOR_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::executor {

inline constexpr std::string_view kStartMessage = "start";
inline constexpr std::string_view kOutcomeMessage = "outcome";

enum SpecDescriptor {
  kSpecFd = 0,
  kBlobsFd = 1,
  kStdinFd = 2,
  kStdoutFd = 3,
  kStderrFd = 4,
  kFirstCredentialFd = 5
};

// How many ids an instance as root has: its own, then one a container.
inline constexpr uint32_t kIdentitiesPerInstance = 64;

enum class RunMode {
  kNormal,
  kTraced,   // the split program, its untrusted portions read from outside
  kControl,  // the unsplit program, read from outside: an audit's control
  // Programs as they are, those that use credentials read: an audit's control,
  // where kTraced reads the others.
  kHolders
};

struct SpecFile {
  std::string portion;
  std::string path;
  uint32_t mode = 0444;
  uint64_t offset = 0;  // in the blobs
  uint64_t size_bytes = 0;
};

// How a limit that the plan has is enforced.
struct SpecLimit {
  std::string name;       // "memory limit", as the outcome's layer
  std::string mechanism;  // "cgroup v1 memory", or empty:
  std::string gap;        // why no cgroup enforces it
};

// The cgroups that a portion enters before it execs, by writing to each entry.
// Its descriptors are the next `entries` ones.
struct SpecCgroups {
  std::string portion;
  uint64_t entries = 0;
  bool limits_memory = false;  // so no RLIMIT does
};

// LOOSENING: `run --learn=permissive` enforces the ceiling, which is the
// instance's plan, and studies this narrower policy, which then denies nothing.
struct PermissiveLearning {
  Plan policy;  // of one portion
};

struct InstanceSpec {
  Plan plan;
  // Every call is notified and counted: `run --learn`, for a program as it is.
  bool learn = false;
  std::optional<PermissiveLearning> permissive;
  RunMode mode = RunMode::kNormal;
  bool strict = false;
  // Whether the instance has a range of ids, or only the caller's own.
  bool own_identities = false;
  std::vector<std::string> arguments;    // the program's, without argv[0]
  std::vector<std::string> environment;  // "NAME=value"
  std::string argument_zero;             // empty: the program's path
  std::string working_directory;         // inside; empty: the root
  std::vector<std::string> credentials;  // names, as their descriptors follow
  // Of an audit: the credentials that further bytes, whose descriptors follow
  // those of `credentials`, give away.
  std::vector<std::string> audit_forms;
  std::vector<SpecFile> files;
  std::vector<SpecLimit> limits;
  std::vector<SpecCgroups> cgroups;
  std::string unsplit_program;  // its path, for kControl
};

Result<InstanceSpec> ParseSpec(std::string_view text);
std::string WriteSpec(const InstanceSpec& spec);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_SPEC_H_
