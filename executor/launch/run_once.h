// One instance from its start to its outcome: once for a run, twice for an
// audit.

#ifndef BAILEY_EXECUTOR_LAUNCH_RUN_ONCE_H_
#define BAILEY_EXECUTOR_LAUNCH_RUN_ONCE_H_

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
  std::vector<std::string> arguments;
  std::string agent;
  RunMode mode = RunMode::kNormal;
  bool strict = false;
  RelayOptions streams;  // limits are taken from the plan
};

Result<Outcome> RunOnce(RunRequest request);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_RUN_ONCE_H_
