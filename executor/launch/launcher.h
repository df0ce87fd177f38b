// Runs a bundle once, in one instance, without a service.
//
//   LaunchOptions options;
//   options.bundle = "notary.bailey";
//   Outcome outcome = Launch(options);   // every failure is an outcome too
//   return ExitCode(outcome);

#ifndef BAILEY_EXECUTOR_LAUNCH_LAUNCHER_H_
#define BAILEY_EXECUTOR_LAUNCH_LAUNCHER_H_

#include <string>
#include <vector>

#include "executor/outcome.h"

namespace bailey::executor {

struct LaunchOptions {
  std::string bundle;                    // path
  std::string digest;                    // expected, hex; empty: any
  std::vector<std::string> credentials;  // NAME=file:PATH, env:VAR, fd:N
  std::vector<std::string> arguments;    // the program's
  std::string agent;                     // empty: beside our own program
  bool strict = false;
  bool audit = false;
};

// Uses descriptors 0, 1 and 2 as the program's standard streams.
Outcome Launch(const LaunchOptions& options);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_LAUNCHER_H_
