#include "policy-compiler/split/strict_crossings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "policy-compiler/split/exposed_parameters.h"
#include "policy-compiler/split/places.h"

namespace bailey::policy {
namespace {

class StrictCrossings {
 public:
  StrictCrossings(const Policy& policy, const ProgramGraph& graph,
                  Diagnostics& diagnostics)
      : policy_(policy), graph_(graph), diagnostics_(diagnostics) {}

  void Check(const Crossing& crossing) {
    const FlowFunction& function = *graph_.Function(crossing.function);
    if (IsDeclassified(function)) return;
    if (crossing.throws && UsesStrict(crossing.to))
      return RefuseThrowing(function, crossing.to);
    for (const FlowExposure& each : graph_.flow().exposures)
      if (each.callee == function.id && IsStrict(each.label) &&
          !IsInOnly(function, each.parameter))
        return Refuse(function, each);
  }

 private:
  bool IsStrict(const std::string& credential) const {
    return std::ranges::find(policy_.strict, credential) !=
           policy_.strict.end();
  }

  bool UsesStrict(const std::string& name) const {
    const auto portion =
        std::ranges::find(policy_.portions, name, &PortionPolicy::name);
    return portion != policy_.portions.end() &&
           std::ranges::any_of(
               portion->credentials,
               [&](const std::string& each) { return IsStrict(each); });
  }

  bool IsDeclassified(const FlowFunction& function) const {
    return std::ranges::any_of(policy_.declassified, [&](const auto& each) {
      return IsNamed(function, each.function);
    });
  }

  // What decides that is not followed.
  void RefuseThrowing(const FlowFunction& function,
                      const std::string& portion) {
    diagnostics_.Add(ErrorAtExtent(
        function.extent,
        fmt::format("`{}` is called across and may throw, which may tell what "
                    "portion `{}` uses and is strict",
                    PolicyName(function), portion),
        HintFor(function)));
  }

  static std::string HintFor(const FlowFunction& function) {
    return fmt::format(
        "say what of it may be told: `declassify {} -> verdict, at most N bits "
        "per call;`",
        PolicyName(function));
  }

  void Refuse(const FlowFunction& function, const FlowExposure& exposure) {
    diagnostics_.Add(ErrorAtExtent(
        function.extent,
        fmt::format("`{}` is called across, and tells `{}` what {} `{}`, which "
                    "is strict ({}:{})",
                    PolicyName(function), exposure.caller,
                    exposure.confidence == Confidence::kAssumed
                        ? "is assumed to depend on"
                        : "depends on, or is decided by,",
                    exposure.label, exposure.site.file, exposure.site.line),
        HintFor(function)));
  }

  const Policy& policy_;
  const ProgramGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

void CheckStrict(const Policy& policy, const ProgramGraph& graph,
                 const std::vector<Crossing>& crossings,
                 Diagnostics& diagnostics) {
  if (policy.strict.empty()) return;
  StrictCrossings check(policy, graph, diagnostics);
  for (const Crossing& each : crossings) check.Check(each);
}

}  // namespace bailey::policy
