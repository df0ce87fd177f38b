#include "policy-compiler/split/closure.h"

#include <fmt/format.h>

#include <deque>

#include "common/check.h"

namespace bailey::policy {
namespace {

std::string_view Verb(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::kCall:
      return "calls";
    case EdgeKind::kAddress:
      return "takes the address of";
    case EdgeKind::kRead:
      return "reads";
    case EdgeKind::kWrite:
      return "writes";
    case EdgeKind::kData:
      return "has data of";
  }
  return "uses";
}

}  // namespace

std::string Closure::Path(std::string_view id) const {
  const auto member = members_.find(id);
  CHECK(member != members_.end());
  if (member->second.because.empty()) return std::string(id);
  return Path(member->second.because) + " -> " + std::string(id);
}

// Breadth first, so that a member's path is a shortest one.
class ClosureBuilder {
 public:
  explicit ClosureBuilder(const ProgramGraph& graph) : graph_(graph) {}

  Closure Build(const std::vector<ClosureSeed>& seeds) {
    for (const ClosureSeed& seed : seeds) Add(seed.id, "", seed.reason);
    while (!pending_.empty()) {
      const std::string id = pending_.front();
      pending_.pop_front();
      if (graph_.Function(id)) {
        VisitFunction(id);
      } else {
        VisitGlobal(id);
      }
    }
    return std::move(closure_);
  }

 private:
  void Add(const std::string& id, const std::string& because,
           std::string reason) {
    const auto [member, is_new] =
        closure_.members_.try_emplace(id, std::move(reason), because);
    if (is_new) pending_.push_back(id);
  }

  void VisitFunction(const std::string& id) {
    for (const std::string& local : graph_.StaticLocals(id)) {
      Add(local, id, fmt::format("a static local of `{}`", id));
    }
    for (const FlowEdge* edge : graph_.From(id)) {
      if (!graph_.IsState(edge->to)) continue;
      Add(edge->to, id, fmt::format("`{}` {} it", id, Verb(edge->kind)));
    }
  }

  void VisitGlobal(const std::string& id) {
    // A static local that is a constant belongs to its function and binds
    // nobody else.
    if (!graph_.IsState(id)) return;
    const std::string& owner = graph_.Global(id)->function;
    if (!owner.empty()) Add(owner, id, fmt::format("`{}` is its local", id));
    for (const FlowEdge* edge : graph_.To(id)) {
      Add(edge->from, id, fmt::format("{} `{}`", Verb(edge->kind), id));
    }
    for (const FlowEdge* edge : graph_.From(id)) {
      if (!graph_.IsState(edge->to)) continue;
      Add(edge->to, id, fmt::format("`{}` points to it", id));
    }
  }

  const ProgramGraph& graph_;
  Closure closure_;
  std::deque<std::string> pending_;
};

Closure CloseOver(const ProgramGraph& graph,
                  const std::vector<ClosureSeed>& seeds) {
  return ClosureBuilder(graph).Build(seeds);
}

}  // namespace bailey::policy
