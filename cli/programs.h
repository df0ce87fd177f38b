// Policies of which each portion is a program as it is: `check` and `build` of
// such.
//
//   ASSIGN_OR_RETURN(const std::vector<PortionProgram> programs,
//                    ProgramsOf(policy_credentials));
//   if (!programs.empty()) return CheckPrograms(options, programs, directory);

#ifndef BAILEY_CLI_PROGRAMS_H_
#define BAILEY_CLI_PROGRAMS_H_

#include <string>
#include <vector>

#include "cli/pipeline.h"
#include "cli/policy_credentials.h"
#include "common/result.h"

namespace bailey::cli {

struct PortionProgram {
  std::string portion;
  std::string name;  // as the policy has it
  std::string path;  // on this host; empty until it was analyzed
};

Result<std::vector<PortionProgram>> ProgramsOf(const PolicyCredentials& policy);

// Analyzes each program and holds it against its own portion, and none of the
// others. The gravest of their exit codes: 0, 1, 3, or 2 for an error. Fills
// `path`. Documents of each lie below `directory`, by portion.
Result<int> CheckPrograms(const PipelineOptions& options,
                          std::vector<PortionProgram>& programs,
                          const std::string& directory);

// Where a program will be in its container.
std::string PlaceOf(const PortionProgram& program);

// A bundle's bytes: the policy compiled and proved, the programs with what they
// are loaded with here. After CheckPrograms.
struct BundledPrograms {
  int exit_code = 0;  // not 0: there are no bytes, and it was said why
  std::string bytes;
};
Result<BundledPrograms> BundlePrograms(
    const std::string& policy, const std::vector<PortionProgram>& programs);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_PROGRAMS_H_
