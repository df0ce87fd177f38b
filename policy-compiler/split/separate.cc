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
    CheckUsers(name, *found.front());
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

  void CheckUsers(const SeparateGlobal& name, const FlowGlobal& global) {
    std::set<std::string> writers;
    for (const FlowEdge* edge : graph_.To(global.id)) {
      if (edge->kind == EdgeKind::kWrite) writers.insert(edge->from);
    }
    for (const FlowEdge* edge : graph_.To(global.id)) {
      if (writers.empty() || writers.contains(edge->from)) continue;
      diagnostics_.Add(ErrorAtSite(
          edge->site,
          fmt::format("`{}` uses `{}` and does not set it: a value passes "
                      "through it, so it cannot be separate",
                      edge->from, name.name),
          "leave it out of `separate`: its users then stay together"));
      return;
    }
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

}  // namespace

void SeparateGlobals(const std::vector<SeparateGlobal>& names,
                     const SourceText& policy_text, ProgramGraph& graph,
                     Diagnostics& diagnostics) {
  Separator separator(policy_text, graph, diagnostics);
  for (const SeparateGlobal& name : names) separator.Separate(name);
}

}  // namespace bailey::policy
