#include "policy-compiler/split/crossing_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "policy-compiler/split/places.h"

namespace bailey::policy {
namespace {

class CrossingWarnings {
 public:
  CrossingWarnings(const TrustedPortion& portion,
                   const std::string& main_portion, const ProgramGraph& graph,
                   Diagnostics& diagnostics)
      : portion_(portion),
        main_portion_(main_portion),
        graph_(graph),
        diagnostics_(diagnostics) {}

  void Warn(const std::vector<Crossing>& crossings) {
    for (const auto& [id, member] : portion_.closure.members()) WarnOfExit(id);
    for (const auto& [id, reason] : portion_.support.own) WarnOfExit(id);
    for (const auto& [id, reason] : portion_.support.replicas) WarnOfExit(id);
    for (const Crossing& crossing : crossings)
      if (crossing.to == portion_.policy->name) WarnOfKept(crossing);
  }

 private:
  void WarnOfExit(const std::string& id) {
    static constexpr std::array<std::string_view, 5> kEnds = {
        "exit", "_exit", "_Exit", "quick_exit", "pthread_exit"};
    // Some programs call these everywhere: a matter only where something is
    // registered to be done at the end.
    static constexpr std::array<std::string_view, 5> kReports = {
        "err", "errx", "verr", "verrx", "error"};
    const auto ends = [&](const std::string& name) {
      return std::ranges::find(kEnds, name) != kEnds.end() ||
             (std::ranges::find(kReports, name) != kReports.end() &&
              HasExitHandlers());
    };
    for (const FlowEdge* edge : graph_.External(id)) {
      if (!ends(edge->to)) continue;
      diagnostics_.Add(WarningAtSite(
          edge->site,
          fmt::format(
              "`{}` in portion `{}` calls `{}`: the program then ends with "
              "that status, but exit handlers of portion `{}` do not run",
              id, portion_.policy->name, edge->to, main_portion_),
          "return the failure, and let the caller end the program"));
      return;
    }
  }

  bool HasExitHandlers() const {
    return std::ranges::any_of(graph_.flow().edges, [](const FlowEdge& edge) {
      return edge.external && (edge.to == "atexit" || edge.to == "on_exit" ||
                               edge.to == "__cxa_atexit");
    });
  }

  void WarnOfKept(const Crossing& crossing) {
    const FlowParameter* pointer = CopiedPointer(crossing);
    if (pointer == nullptr) return;
    for (const FlowEdge* edge : graph_.From(crossing.function)) {
      const FlowGlobal* global = graph_.Global(edge->to);
      if (!global || edge->kind != EdgeKind::kWrite ||
          !portion_.closure.Holds(edge->to) || !MayHoldPointer(global->type)) {
        continue;
      }
      diagnostics_.Add(WarningAtExtent(
          graph_.Function(crossing.function)->extent,
          fmt::format("`{}` writes `{}`, which can hold a pointer; if it keeps "
                      "`{}`, that is gone after the call",
                      crossing.name, global->id, pointer->name),
          "keep a copy of what a parameter points to, not the pointer"));
      return;
    }
  }

  // The first that points to a copy while the call lasts; null if none does.
  const FlowParameter* CopiedPointer(const Crossing& crossing) const {
    const auto& declared = graph_.Function(crossing.function)->parameters;
    for (size_t i = 0; i < declared.size(); ++i)
      if (declared[i].type.kind == TypeKind::kPointer &&
          crossing.parameters[i].mode != MarshalMode::kHandle)
        return &declared[i];
    return nullptr;
  }

  static bool MayHoldPointer(const TypeInfo& type) {
    return type.kind == TypeKind::kPointer || type.kind == TypeKind::kOther ||
           (type.kind == TypeKind::kStruct && !type.is_flat);
  }

  const TrustedPortion& portion_;
  const std::string& main_portion_;
  const ProgramGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

void WarnOfCrossings(const TrustedPortion& portion,
                     const std::string& main_portion, const ProgramGraph& graph,
                     const std::vector<Crossing>& crossings,
                     Diagnostics& diagnostics) {
  CrossingWarnings(portion, main_portion, graph, diagnostics).Warn(crossings);
}

}  // namespace bailey::policy
