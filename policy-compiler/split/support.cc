#include "policy-compiler/split/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "policy-compiler/split/passed_globals.h"
#include "policy-compiler/split/places.h"

namespace bailey::policy {
namespace {

class SupportFinder {
 public:
  SupportFinder(const ProgramGraph& graph, const Closure& closure,
                std::string_view portion, const Reasons& forbidden,
                Diagnostics& diagnostics)
      : graph_(graph),
        closure_(closure),
        portion_(portion),
        forbidden_(forbidden),
        diagnostics_(diagnostics) {}

  Support Find() {
    for (const auto& [id, member] : closure_.members()) {
      for (const FlowEdge* edge : graph_.From(id)) Start(*edge);
      for (const std::string& local : graph_.StaticLocals(id)) {
        if (!closure_.Holds(local)) Need(local, id);
      }
    }
    MoveOwn();
    return std::move(support_);
  }

 private:
  void Start(const FlowEdge& edge) {
    if (closure_.Holds(edge.to) || IsKnown(edge.to)) return;
    if (!failed_.contains(edge.to)) Visit(edge);
  }

  bool IsKnown(const std::string& id) const {
    return support_.replicas.contains(id);
  }

  void Need(const std::string& id, const std::string& user) {
    support_.replicas.try_emplace(id, ReasonFor(id, user));
  }

  std::string ReasonFor(const std::string& id, const std::string& user) const {
    if (graph_.IsSeparate(id)) {
      return fmt::format("`{}` uses it; `separate`: each has its own", user);
    }
    if (graph_.IsPassed(id)) {
      return fmt::format("`{}` reads it; `pass`: calls bring its value", user);
    }
    if (graph_.Global(id))
      return fmt::format("a constant that `{}` uses", user);
    return fmt::format("`{}` calls it; it holds no state of the program", user);
  }

  // All that `first` leads to, not through members: either everything of it is
  // needed here, or the first obstacle is an error.
  void Visit(const FlowEdge& first) {
    std::map<std::string, std::string> users{{first.to, first.from}};
    std::deque<std::string> pending{first.to};
    while (!pending.empty()) {
      const std::string id = pending.front();
      pending.pop_front();
      if (IsObstacle(id)) return Report(first, users, id);
      const auto add = [&](const std::string& next) {
        if (closure_.Holds(next) || IsKnown(next)) return;
        if (users.emplace(next, id).second) pending.push_back(next);
      };
      for (const FlowEdge* edge : graph_.From(id)) add(edge->to);
      for (const std::string& local : graph_.StaticLocals(id)) add(local);
    }
    for (const auto& [id, user] : users) Need(id, user);
  }

  bool IsObstacle(const std::string& id) const {
    return graph_.IsState(id) || forbidden_.contains(id);
  }

  void Report(const FlowEdge& first,
              const std::map<std::string, std::string>& users,
              const std::string& obstacle) {
    failed_.insert(first.to);
    std::string path = obstacle;
    for (std::string id = obstacle; id != first.to;) {
      id = users.at(id);
      path = id + " -> " + path;
    }
    path = first.from + " -> " + path;
    const auto forbidden = forbidden_.find(obstacle);
    const std::string reason =
        forbidden == forbidden_.end()
            ? fmt::format(
                  "`{}` is state of the program that stays on the "
                  "other side",
                  obstacle)
            : forbidden->second;
    diagnostics_.Add(ErrorAtSite(
        first.site,
        fmt::format(
            "`{}` in portion `{}` needs `{}`, which cannot be there: {} "
            "({})",
            first.from, portion_, first.to, reason, path),
        forbidden == forbidden_.end()
            ? fmt::format("name `{}` as a function of portion `{}`, or pass "
                          "the state as a parameter; where no value passes "
                          "through it, say `separate {};`{}",
                          first.to, portion_, NameOf(obstacle),
                          PassHint(obstacle))
            : "let the caller do this and pass the result as a parameter"));
  }

  std::string PassHint(const std::string& state) const {
    const FlowGlobal* global = graph_.Global(state);
    if (global == nullptr || WhyNotPassed(graph_, *global)) return "";
    return fmt::format(
        "; where trusted functions only read it, and an attacker may set it, "
        "`pass {};`",
        global->name);
  }

  std::string NameOf(const std::string& state) const {
    const FlowGlobal* global = graph_.Global(state);
    return global ? global->name : state;
  }

  // The greatest set of replicas whose users are all members or in the set: a
  // cycle of helpers that only members enter is the portion's own.
  void MoveOwn() {
    std::set<std::string> own;
    for (const auto& [id, reason] : support_.replicas) {
      if (graph_.IsInUnit(id) && !graph_.IsPassed(id)) own.insert(id);
    }
    const auto is_shared = [&](const std::string& id) {
      return !HasOnlyUsersIn(id, own);
    };
    while (std::erase_if(own, is_shared) > 0) {
    }
    for (const std::string& id : own) {
      auto node = support_.replicas.extract(id);
      node.mapped() = fmt::format("only portion `{}` uses it", portion_);
      support_.own.insert(std::move(node));
    }
  }

  bool HasOnlyUsersIn(const std::string& id,
                      const std::set<std::string>& own) const {
    const auto is_inside = [&](const std::string& user) {
      return closure_.Holds(user) || own.contains(user);
    };
    const FlowGlobal* global = graph_.Global(id);
    if (global && !global->function.empty()) return is_inside(global->function);
    const FlowFunction* function = graph_.Function(id);
    const bool is_addressed = std::ranges::any_of(
        graph_.To(id),
        [](const FlowEdge* edge) { return edge->kind == EdgeKind::kAddress; });
    if (function && function->address_taken && !is_addressed) return false;
    return std::ranges::all_of(graph_.To(id), [&](const FlowEdge* edge) {
      return is_inside(edge->from);
    });
  }

  const ProgramGraph& graph_;
  const Closure& closure_;
  std::string_view portion_;
  const Reasons& forbidden_;
  Diagnostics& diagnostics_;
  Support support_;
  std::set<std::string> failed_;
};

}  // namespace

Support FindSupport(const ProgramGraph& graph, const Closure& closure,
                    std::string_view portion, const Reasons& forbidden,
                    Diagnostics& diagnostics) {
  return SupportFinder(graph, closure, portion, forbidden, diagnostics).Find();
}

}  // namespace bailey::policy
