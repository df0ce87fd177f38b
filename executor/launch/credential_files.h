// That no file rule shows the file which a credential of this run comes from to
// a portion that does not use it.
//
//   RETURN_IF_ERROR(CheckCredentialFile(plan, credential, file.get()));
//
// The policy's own path of a credential is hidden by the agent. Where
// `--credential` or a descriptor gives another file, only the launcher knows.

#ifndef BAILEY_EXECUTOR_LAUNCH_CREDENTIAL_FILES_H_
#define BAILEY_EXECUTOR_LAUNCH_CREDENTIAL_FILES_H_

#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::executor {

// `fd`: what the credential's bytes are read from. Fine unless it is a regular
// file. Fails where a rule covers its path, and where it has several names
// (hard links) and a rule shows a directory, which may hold another of them.
// Not seen: a second mount of the same file system.
Result<> CheckCredentialFile(const Plan& plan, const PlanCredential& credential,
                             int fd);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_CREDENTIAL_FILES_H_
