// One instance from its start to its outcome: once for a run, twice for an
// audit.

#ifndef BAILEY_EXECUTOR_LAUNCH_RUN_ONCE_H_
#define BAILEY_EXECUTOR_LAUNCH_RUN_ONCE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/documents/bundle.h"
#include "common/result.h"
#include "executor/launch/credentials.h"
#include "executor/launch/relay.h"
#include "executor/outcome.h"
#include "executor/spec.h"

namespace bailey::executor {

struct RunRequest {
  const Bundle* bundle = nullptr;
  const std::vector<OpenedCredential>* credentials = nullptr;
  // What else gives a credential away; null or empty but for an audit.
  const std::vector<OpenedCredential>* audit_forms = nullptr;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value"
  std::string argument_zero;
  std::string working_directory;
  std::string agent;
  bool learn = false;
  std::optional<PermissiveLearning> permissive;
  RunMode mode = RunMode::kNormal;
  bool strict = false;
  RelayOptions streams;  // limits are taken from the plan
};

Result<Outcome> RunOnce(RunRequest request);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_RUN_ONCE_H_
