// Where the credentials of a run come from, and how they reach the agent: in
// sealed memory files, of which the launcher keeps no copy.
//
//   ASSIGN_OR_RETURN(auto sources,
//   ParseCredentialOptions({"key=file:/run/key"})); ASSIGN_OR_RETURN(auto
//   values, OpenCredentials(plan, sources));

#ifndef BAILEY_EXECUTOR_LAUNCH_CREDENTIALS_H_
#define BAILEY_EXECUTOR_LAUNCH_CREDENTIALS_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/documents/plan.h"
#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

inline constexpr size_t kMaxCredentialBytes = size_t{1} << 20;

// Where one comes from on this host.
struct HostSource {
  CredentialSource kind = CredentialSource::kFile;
  std::string place;  // path, variable or descriptor's number
};

// Each option is NAME=file:PATH, NAME=env:VAR or NAME=fd:N.
Result<std::map<std::string, HostSource>> ParseCredentialOptions(
    std::span<const std::string> options);

struct OpenedCredential {
  std::string name;
  UniqueFd bytes;  // sealed
};

// Without an option a credential comes from the same variable, path or
// descriptor of the host's that the program expects. A variable is overwritten
// in our own environment. Errors name the credential, its source and the way
// out.
Result<std::vector<OpenedCredential>> OpenCredentials(
    const Plan& plan, const std::map<std::string, HostSource>& sources);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_CREDENTIALS_H_
