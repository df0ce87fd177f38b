#include "executor/agent/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

// A limit that a plan may have, and what bounds it where no cgroup does.
struct LimitKind {
  const char* name;
  uint64_t PlanLimits::* value;
  const char* instead;
};

constexpr std::array<LimitKind, 3> kLimitKinds{
    {{"memory limit", &PlanLimits::memory_bytes,
      "RLIMIT bounds each process by itself instead"},
     {"cpu limit", &PlanLimits::cpu_percent, "nothing bounds it"},
     {"process limit", &PlanLimits::pids,
      "RLIMIT bounds the container's user instead"}}};

// Only what was written. What the launcher says nothing of is a gap.
Layer LimitLayer(const InstanceSpec& spec, const LimitKind& kind) {
  const auto found =
      std::ranges::find(spec.limits, kind.name, &SpecLimit::name);
  if (found != spec.limits.end() && found->gap.empty() &&
      !found->mechanism.empty()) {
    return {kind.name, true, found->mechanism};
  }
  const std::string gap =
      found == spec.limits.end() ? "no cgroup was made" : found->gap;
  return {kind.name, false, fmt::format("{}; {}", gap, kind.instead)};
}

std::vector<Layer> LimitLayers(const InstanceSpec& spec) {
  std::vector<Layer> layers{{"rlimits", true, "descriptors, no core dumps"}};
  for (const LimitKind& kind : kLimitKinds) {
    const auto wants = [&](const PlanPortion& portion) {
      return portion.limits.*kind.value != 0;
    };
    if (std::ranges::any_of(spec.plan.portions, wants)) {
      layers.push_back(LimitLayer(spec, kind));
    }
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
  for (Layer& layer : LimitLayers(spec)) {
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
