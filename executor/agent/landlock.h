// The Landlock ruleset of a portion: its files by path, no TCP, and no signal
// or abstract socket beyond its own domain.
//
//   ASSIGN_OR_RETURN(LandlockRuleset rules, LandlockRuleset::Create());
//   RETURN_IF_ERROR(rules.Allow(path_fd, kLandlockRead));
//   // rules.fd() is installed by the portion's runtime

#ifndef BAILEY_EXECUTOR_AGENT_LANDLOCK_H_
#define BAILEY_EXECUTOR_AGENT_LANDLOCK_H_

#include <cstdint>
#include <string>

#include "common/fd.h"
#include "common/landlock.h"
#include "common/result.h"

namespace bailey::executor {

// 0: this kernel has no Landlock, or it is not enabled.
int LandlockAbi();

// What an ABI lacks, in words; empty from ABI 6 on.
std::string LandlockGaps(int abi);

class LandlockRuleset {
 public:
  // Handles everything that this kernel's ABI can. Requires LandlockAbi() > 0.
  static Result<LandlockRuleset> Create();

  // Allows `rights` at and below what `path_fd` names; rights that mean nothing
  // there (of a directory, for a file) or to this ABI are left out.
  Result<> Allow(int path_fd, uint64_t rights);

  int fd() const { return fd_.get(); }

 private:
  LandlockRuleset(UniqueFd fd, uint64_t handled)
      : fd_(std::move(fd)), handled_(handled) {}

  UniqueFd fd_;
  uint64_t handled_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_LANDLOCK_H_
