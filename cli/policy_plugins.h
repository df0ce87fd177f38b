// The files that a policy lets its program load while it runs.
//
//   ASSIGN_OR_RETURN(const PolicyPlugins plugins, ReadPlugins("a.policy"));
//   if (plugins.exit_code != kExitFine) return plugins.exit_code;

#ifndef BAILEY_CLI_POLICY_PLUGINS_H_
#define BAILEY_CLI_POLICY_PLUGINS_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::cli {

struct PolicyPlugins {
  int exit_code = 0;  // of the reader; what is wrong was shown
  std::vector<std::string> patterns;
  std::string policy_sha256;  // of every text that was read
};

Result<PolicyPlugins> ReadPlugins(const std::string& policy);

// The files that the patterns name on this host, in their order. The last part
// of a pattern alone has wildcards.
std::vector<std::string> MatchPlugins(const std::vector<std::string>& patterns);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_PLUGINS_H_
