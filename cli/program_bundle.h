// A program as it is, with its policy, as a bundle: what `bailey run --policy P
// -- PROGRAM` gives to the launcher.
//
//   ASSIGN_OR_RETURN(std::string path, FindProgram("jq"));
//   ASSIGN_OR_RETURN(ProgramBundle made, BundleProgram({path, "jq.policy"}));

#ifndef BAILEY_CLI_PROGRAM_BUNDLE_H_
#define BAILEY_CLI_PROGRAM_BUNDLE_H_

#include <string>
#include <vector>

#include "cli/loaded_files.h"
#include "common/documents/bundle.h"
#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::cli {

// The program of a command, by PATH unless it has a slash: absolute, without
// `.` and `..`, its links as they are.
Result<std::string> FindProgram(const std::string& command);

// A program and what it is loaded with, at its portion's place.
Result<> AddProgramFiles(const PlanPortion& portion, const std::string& program,
                         const std::vector<LoadedFile>& files,
                         BundleWriter& writer);

struct ProgramRequest {
  std::string program;  // of FindProgram
  std::string policy;
  std::string portion;   // empty: the only one
  bool observe = false;  // notify every call
};

// The policy compiled and proved for the program: plan.json.
Result<std::string> PlanText(const ProgramRequest& request);

struct ProgramBundle {
  std::string bytes;
  PlanPortion portion;
};

// Its loader and libraries are those that it would be run with here.
Result<ProgramBundle> BundleProgram(const ProgramRequest& request);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_PROGRAM_BUNDLE_H_
