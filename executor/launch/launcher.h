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
  std::string bundle;  // path
  std::string digest;  // expected, hex; empty: any
  // NAME=file:PATH, env:VAR, fd:N or none
  std::vector<std::string> credentials;
  std::vector<std::string> audit_also;   // the same form, for an audit
  std::vector<std::string> arguments;    // the program's
  std::vector<std::string> environment;  // NAME=VALUE, or NAME: as ours is
  std::string argument_zero;             // the program's; empty: its path
  std::string working_directory;         // inside; empty: the root
  std::string agent;                     // empty: beside our own program
  bool learn = false;
  std::string permissive_policy;  // path of the plan studied, or empty
  bool strict = false;
  bool audit = false;
};

// Uses descriptors 0, 1 and 2 as the program's standard streams.
Outcome Launch(const LaunchOptions& options);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_LAUNCHER_H_
