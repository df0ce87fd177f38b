#include "cli/policy_plugins.h"

#include <glob.h>

#include "cli/process.h"
#include "common/json.h"

namespace bailey::cli {

Result<PolicyPlugins> ReadPlugins(const std::string& policy) {
  PolicyPlugins plugins;
  ASSIGN_OR_RETURN(const CapturedRun run,
                   CaptureProgram({SiblingProgram("bailey-policy"), "plugins",
                                   "--", policy}));
  plugins.exit_code = run.status;
  if (run.status != 0) return plugins;
  ASSIGN_OR_RETURN(const Json document, ParseJson(run.output, "plugins"));
  const JsonObject object(document, "plugins");
  RETURN_IF_ERROR(object.Check());
  ASSIGN_OR_RETURN(plugins.patterns, object.Strings("plugins"));
  ASSIGN_OR_RETURN(plugins.policy_sha256, object.String("policy_sha256"));
  return plugins;
}

std::vector<std::string> MatchPlugins(
    const std::vector<std::string>& patterns) {
  std::vector<std::string> files;
  for (const std::string& pattern : patterns) {
    glob_t found{};
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
      files.insert(files.end(), found.gl_pathv,
                   found.gl_pathv + found.gl_pathc);
    }
    globfree(&found);
  }
  return files;
}

}  // namespace bailey::cli
