// Which layers of enforcement are in force in an instance, and which this host
// lacks: named in every outcome, refused by `--strict`.

#ifndef BAILEY_EXECUTOR_AGENT_LAYERS_H_
#define BAILEY_EXECUTOR_AGENT_LAYERS_H_

#include <vector>

#include "common/result.h"
#include "executor/outcome.h"
#include "executor/spec.h"

namespace bailey::executor {

// To be asked once every portion has been set up: what failed before is an
// error and no layer.
std::vector<Layer> ListLayers(const InstanceSpec& spec, int landlock_abi);

// Fails with the names of what is missing.
Result<> RefuseMissing(const std::vector<Layer>& layers);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_LAYERS_H_
