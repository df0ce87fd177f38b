// Running Bailey's other programs, and others' (make).
//
//   ASSIGN_OR_RETURN(int status, RunProgram({SiblingProgram("bailey-policy"),
//   "plan"}));
//
// The programs that link LLVM or Z3 never see a credential: their environment
// is reduced to what compilers and terminals need, and they inherit no
// descriptor but standard input, output and error.

#ifndef BAILEY_CLI_PROCESS_H_
#define BAILEY_CLI_PROCESS_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace bailey::cli {

// The path of a program that was installed beside this one.
std::string SiblingProgram(std::string_view name);

enum class Environment { kReduced, kWhole };

// Runs to the end; the exit status, or 128 + n for a signal n.
Result<int> RunProgram(const std::vector<std::string>& arguments,
                       Environment environment = Environment::kReduced);

struct CapturedRun {
  int status = 0;
  std::string output;  // what it wrote to standard output
};
Result<CapturedRun> CaptureProgram(const std::vector<std::string>& arguments);

// Becomes the program; returns only when that fails.
Error ExecProgram(const std::vector<std::string>& arguments,
                  Environment environment = Environment::kReduced);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_PROCESS_H_
