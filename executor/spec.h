// What the launcher asks of an agent: the plan, the files, the arguments. It
// passes as one message over their socket, with descriptors in this order:
// kSpecFd (this document), kBlobsFd (the files' bytes, one behind the other),
// standard input, output and error, then one for each credential.
//
//   RETURN_IF_ERROR(SendMessage(socket, kStartMessage, descriptors));

#ifndef BAILEY_EXECUTOR_SPEC_H_
#define BAILEY_EXECUTOR_SPEC_H_

#include <cstdint>
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
  kTraced,  // the split program, its untrusted portions read from outside
  kControl  // the unsplit program, read from outside: an audit's control
};

struct SpecFile {
  std::string portion;
  std::string path;
  uint32_t mode = 0444;
  uint64_t offset = 0;  // in the blobs
  uint64_t size_bytes = 0;
};

struct InstanceSpec {
  Plan plan;
  RunMode mode = RunMode::kNormal;
  bool strict = false;
  // Whether the instance has a range of ids, or only the caller's own.
  bool own_identities = false;
  std::vector<std::string> arguments;    // the program's, without argv[0]
  std::vector<std::string> credentials;  // names, as their descriptors follow
  std::vector<SpecFile> files;
  std::string unsplit_program;  // its path, for kControl
};

Result<InstanceSpec> ParseSpec(std::string_view text);
std::string WriteSpec(const InstanceSpec& spec);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_SPEC_H_
