// Asks bailey-policy, which alone reads policies.
#include "cli/policy_credentials.h"

#include "cli/process.h"
#include "common/json.h"

namespace bailey::cli {

Result<PolicyCredentials> ReadPolicyCredentials(const std::string& policy) {
  PolicyCredentials found;
  ASSIGN_OR_RETURN(const CapturedRun run,
                   CaptureProgram({SiblingProgram("bailey-policy"),
                                   "credentials", "--", policy}));
  found.exit_code = run.status;
  if (run.status != 0) return found;
  ASSIGN_OR_RETURN(const Json document, ParseJson(run.output, "credentials"));
  const JsonObject object(document, "credentials");
  RETURN_IF_ERROR(object.Check());
  ASSIGN_OR_RETURN(found.credentials, object.Strings("credentials"));
  ASSIGN_OR_RETURN(found.declassified, object.Strings("declassified"));
  ASSIGN_OR_RETURN(found.outlined, object.Strings("outlined"));
  ASSIGN_OR_RETURN(found.readers, object.Strings("readers"));
  ASSIGN_OR_RETURN(found.strict, object.Strings("strict"));
  ASSIGN_OR_RETURN(found.programs, object.Strings("programs"));
  return found;
}

}  // namespace bailey::cli
