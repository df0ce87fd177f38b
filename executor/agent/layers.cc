#include "executor/agent/layers.h"

#include <fmt/format.h>

#include <algorithm>

#include "executor/agent/landlock.h"

namespace bailey::executor {
namespace {

std::string Solvers(const Plan& plan) {
  std::string solvers;
  for (const PlanPortion& portion : plan.portions) {
    const PlanFilter* filter = FindFilter(portion, FilterKind::kNotify);
    if (filter == nullptr || filter->solver.empty()) return "";
    if (solvers.empty()) solvers = filter->solver;
  }
  return solvers;
}

Layer SeccompLayer(const InstanceSpec& spec) {
  const std::string solver = Solvers(spec.plan);
  if (spec.mode == RunMode::kControl) {
    return {"seccomp", false, "an audit's control runs the program as it is"};
  }
  if (solver.empty()) {
    return {"seccomp", false, "installed, but the plan names no proof"};
  }
  return {"seccomp", true, fmt::format("proved by {}", solver)};
}

Layer LandlockLayer(const InstanceSpec& spec, int abi) {
  if (spec.mode == RunMode::kControl) {
    return {"landlock", false, "an audit's control runs the program as it is"};
  }
  if (abi == 0) return {"landlock", false, "this kernel has no Landlock"};
  const std::string gaps = LandlockGaps(abi);
  return {"landlock", gaps.empty(),
          gaps.empty() ? fmt::format("ABI {}", abi)
                       : fmt::format("ABI {}: {}", abi, gaps)};
}

Layer IdentityLayer(const InstanceSpec& spec) {
  if (spec.own_identities) {
    return {"identities", true, "each container has a host user of its own"};
  }
  return {"identities", false,
          "containers run as the caller's own user and groups; run as root for "
          "a user of their own"};
}

// Named only if a limit was written that a cgroup would enforce better.
std::vector<Layer> LimitLayers(const Plan& plan) {
  std::vector<Layer> layers{{"rlimits", true, "descriptors, no core dumps"}};
  const auto wants = [](const PlanPortion& portion) {
    return portion.limits.memory_bytes != 0 || portion.limits.pids != 0 ||
           portion.limits.cpu_percent != 0;
  };
  if (std::ranges::any_of(plan.portions, wants)) {
    layers.push_back({"cgroup limits", false,
                      "no cgroup delegation: memory and processes are limited "
                      "by RLIMIT, cpu is not"});
  }
  return layers;
}

}  // namespace

std::vector<Layer> ListLayers(const InstanceSpec& spec, int landlock_abi) {
  std::vector<Layer> layers;
  for (const char* name :
       {"user", "pid", "mount", "network", "ipc", "uts", "cgroup"}) {
    layers.push_back({fmt::format("{} namespace", name), true, ""});
  }
  layers.push_back({"read-only root", true, ""});
  layers.push_back({"no capabilities", true, ""});
  layers.push_back({"no_new_privs", true, ""});
  layers.push_back({"no further user namespaces", true, ""});
  layers.push_back(SeccompLayer(spec));
  layers.push_back(LandlockLayer(spec, landlock_abi));
  layers.push_back(IdentityLayer(spec));
  for (Layer& layer : LimitLayers(spec.plan)) {
    layers.push_back(std::move(layer));
  }
  return layers;
}

Result<> RefuseMissing(const std::vector<Layer>& layers) {
  std::string missing;
  for (const Layer& layer : layers) {
    if (layer.enforced) continue;
    if (!missing.empty()) missing += "; ";
    missing += fmt::format("{} ({})", layer.name, layer.detail);
  }
  if (missing.empty()) return {};
  return Fail(fmt::format("refused by --strict: missing layers: {}", missing),
              "run without --strict to accept what is missing, or see `bailey "
              "doctor` for how to get it");
}

}  // namespace bailey::executor
