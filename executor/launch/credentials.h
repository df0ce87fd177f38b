// Where the credentials of a run come from, and how they reach the agent: in
// sealed memory files, of which the launcher keeps no copy; or, where a
// credential is the program's standard input, as our own descriptor of it, of
// which the launcher reads nothing.
//
//   ASSIGN_OR_RETURN(const auto sources,
//                    ParseCredentialOptions({"key=file:/run/key"}));
//   ASSIGN_OR_RETURN(auto values, OpenCredentials(plan, sources));

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
  std::string place;     // path, variable or descriptor's number
  bool is_none = false;  // the run is to be without it
};

// Each option is NAME=file:PATH, NAME=env:VAR, NAME=fd:N or NAME=none.
Result<std::map<std::string, HostSource>> ParseCredentialOptions(
    std::span<const std::string> options);

struct OpenedCredential {
  std::string name;
  UniqueFd bytes;  // sealed, or our standard input itself
};

struct OpenSettings {
  // Copy standard input, too: an audit gives the same bytes to two programs.
  bool copy_input = false;
};

// Without an option a credential comes from the same variable, path or
// descriptor of the host's that the program expects. A variable is overwritten
// in our own environment. One that the run is to be without is left out of the
// result: its portion finds no file, no variable, an empty standard input.
// Errors name the credential, its source and the way out.
Result<std::vector<OpenedCredential>> OpenCredentials(
    const Plan& plan, const std::map<std::string, HostSource>& sources,
    OpenSettings settings = {});

// Whether some credential of the run comes from our standard input, which then
// is nobody else's.
bool TakesStandardInput(const Plan& plan,
                        const std::map<std::string, HostSource>& sources);

// Other bytes that give a credential away (a key that is decrypted in memory
// only), for an audit: each option is NAME=file:PATH, env:VAR or fd:N, of a
// credential of the plan; a name may come more than once.
Result<std::vector<OpenedCredential>> OpenAuditForms(
    const Plan& plan, std::span<const std::string> options);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_CREDENTIALS_H_
