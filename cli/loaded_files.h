// What a program is loaded with: its loader and libraries, and the plugins that
// its policy lets it load while it runs.
//
//   ASSIGN_OR_RETURN(std::vector<LoadedFile> files, LoadedWith("/usr/bin/jq"));
//   RETURN_IF_ERROR(AddPlugins("jq.policy", plan.policy_sha256, files));

#ifndef BAILEY_CLI_LOADED_FILES_H_
#define BAILEY_CLI_LOADED_FILES_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::cli {

// Where a file lies on this host, and where it will in the container.
struct LoadedFile {
  std::string path;
  std::string inside;  // absolute, without `.` and `..`
};

// The loader and libraries that `program`, or a library, is run with here.
Result<std::vector<LoadedFile>> LoadedWith(const std::string& program);

// Each plugin, and what it is loaded with, at the end of `files`. Fails where
// the policy's text is not that of `policy_sha256`: it was changed since.
Result<> AddPlugins(const std::string& policy, const std::string& policy_sha256,
                    std::vector<LoadedFile>& files);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_LOADED_FILES_H_
