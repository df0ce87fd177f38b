#include "policy-compiler/split/separate.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "policy-compiler/split/places.h"

namespace bailey::policy {
namespace {

class Separator {
 public:
  Separator(const SourceText& text, ProgramGraph& graph,
            Diagnostics& diagnostics)
      : text_(text), graph_(graph), diagnostics_(diagnostics) {}

  void Separate(const SeparateGlobal& name) {
    const auto found = graph_.GlobalsNamed(name.name);
    if (found.size() != 1) return ReportName(name, found);
    CheckIsState(name, *found.front());
    graph_.MakeSeparate(found.front()->id);
  }

 private:
  void ReportName(const SeparateGlobal& name,
                  const std::vector<const FlowGlobal*>& found) {
    if (found.empty()) {
      return Report(name,
                    fmt::format("the program has no global `{}`", name.name),
                    "name a variable outside of functions, or a static one");
    }
    Report(name,
           fmt::format("`{}` is ambiguous: `{}` and `{}`", name.name,
                       found[0]->id, found[1]->id),
           "rename one of them");
  }

  void CheckIsState(const SeparateGlobal& name, const FlowGlobal& global) {
    if (!graph_.From(global.id).empty()) {
      return Report(name,
                    fmt::format("`{}` points to `{}`, so it cannot be separate",
                                name.name, graph_.From(global.id).front()->to),
                    "use that by name");
    }
    if (graph_.IsState(global.id)) return;
    Report(name,
           fmt::format("`{}` is a constant, which each portion that needs it "
                       "has anyway",
                       name.name),
           "leave it out");
  }

  void Report(const SeparateGlobal& name, std::string message,
              std::string hint) {
    diagnostics_.Add(
        ErrorAt(text_, name.span, std::move(message), std::move(hint)));
  }

  const SourceText& text_;
  ProgramGraph& graph_;
  Diagnostics& diagnostics_;
};

bool IsWrite(const FlowEdge* edge) { return edge->kind == EdgeKind::kWrite; }

// Who uses the global in a portion without setting it, while somebody sets it
// who is not there; null: nobody.
const FlowEdge* LackingUse(const ProgramGraph& graph, std::string_view global,
                           const PortionContents& has) {
  std::set<std::string> writers;
  bool lacks = false;
  for (const FlowEdge* edge : graph.To(global)) {
    if (!IsWrite(edge)) continue;
    writers.insert(edge->from);
    lacks |= !has(edge->from);
  }
  if (!lacks) return nullptr;
  for (const FlowEdge* edge : graph.To(global))
    if (has(edge->from) && !writers.contains(edge->from)) return edge;
  return nullptr;
}

}  // namespace

void CheckSeparated(const std::vector<SeparateGlobal>& names,
                    const ProgramGraph& graph,
                    const std::vector<PortionContents>& portions,
                    Diagnostics& diagnostics) {
  for (const SeparateGlobal& name : names) {
    const FlowGlobal& global = *graph.GlobalsNamed(name.name).front();
    for (const PortionContents& has : portions) {
      const FlowEdge* use = LackingUse(graph, global.id, has);
      if (use == nullptr) continue;
      diagnostics.Add(ErrorAtSite(
          use->site,
          fmt::format("`{}` uses `{}` and does not set it: a value passes "
                      "through it, so it cannot be separate",
                      use->from, name.name),
          "leave it out of `separate`: its users then stay together"));
      break;
    }
  }
}

void SeparateGlobals(const std::vector<SeparateGlobal>& names,
                     const SourceText& policy_text, ProgramGraph& graph,
                     Diagnostics& diagnostics) {
  Separator separator(policy_text, graph, diagnostics);
  for (const SeparateGlobal& name : names) separator.Separate(name);
}

}  // namespace bailey::policy
