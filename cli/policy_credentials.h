// The credentials that a policy names, and what it declassifies, as
// `bailey-analyze` takes them.
//
//   ASSIGN_OR_RETURN(const PolicyCredentials found,
//                    ReadPolicyCredentials("a.policy"));
//   if (found.exit_code != kExitFine) return found.exit_code;
//
// Their names and sources only: nobody here sees a value.

#ifndef BAILEY_CLI_POLICY_CREDENTIALS_H_
#define BAILEY_CLI_POLICY_CREDENTIALS_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::cli {

struct PolicyCredentials {
  int exit_code = 0;  // of the reader; what is wrong was shown
  std::vector<std::string> credentials;   // "NAME=file:PATH"
  std::vector<std::string> declassified;  // "FUNCTION=KIND"
  std::vector<std::string> outlined;      // "NAME=FUNCTION"
  std::vector<std::string> readers;       // "CREDENTIAL=FUNCTION"
  std::vector<std::string> strict;        // names of credentials
  std::vector<std::string> programs;      // "PORTION=PROGRAM"
};

Result<PolicyCredentials> ReadPolicyCredentials(const std::string& policy);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_CREDENTIALS_H_
