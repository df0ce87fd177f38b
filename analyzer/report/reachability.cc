#include "analyzer/report/reachability.h"

#include <algorithm>
#include <utility>

namespace bailey::analyzer {

Reachability::Reachability(const Program& program,
                           const std::vector<std::string>& entries,
                           const std::set<std::string>& called_back)
    : program_(program) {
  for (const FlowFunction& each : program.flow.functions)
    functions_.insert(each.id);
  for (const FlowEdge& edge : program.flow.edges)
    edges_[edge.from].push_back(&edge);
  AddIndirectCalls();
  for (const std::string& entry : entries) Enter(entry, true, {entry});
  Follow(/*addresses=*/false);
  // What is certain is followed again, now with the addresses that it takes.
  for (const auto& [id, how] : reached_) queue_.push_back(id);
  EnterData(called_back);
  Follow(/*addresses=*/true);
  // Told to code outside by a way that no edge shows.
  for (const std::string& id : program.targets.called_from_outside)
    if (functions_.contains(id)) Enter(id, false, {id});
  Follow(/*addresses=*/true);
}

void Reachability::AddIndirectCalls() {
  for (const CallFact& call : program_.targets.calls)
    indirect_.push_back({EdgeKind::kCall, call.from, call.to,
                         !functions_.contains(call.to), call.site});
  for (size_t i = 0; i < indirect_.size(); ++i) {
    edges_[indirect_[i].from].push_back(&indirect_[i]);
    if (!program_.targets.calls[i].is_only_target)
      uncertain_.insert(&indirect_[i]);
  }
}

// An address leads to a call if the function can be called from where no call
// shows. What calls through pointers lead to was found by itself.
bool Reachability::LeadsToCall(const FlowEdge& edge) const {
  if (edge.kind != EdgeKind::kAddress || !program_.targets.is_solved)
    return true;
  if (!functions_.contains(edge.to) && !edge.external) return true;  // data
  return program_.targets.called_from_outside.contains(edge.to);
}

// Data that other files can see is taken for used: libraries may read it.
void Reachability::EnterData(const std::set<std::string>& called_back) {
  for (const FlowGlobal& each : program_.flow.globals)
    if (each.linkage == Linkage::kExternal) Enter(each.id, false, {each.id});
  for (const FlowFunction& each : program_.flow.functions)
    if (each.linkage == Linkage::kExternal && called_back.contains(each.id))
      Enter(each.id, false, {each.id});
  for (const AliasFact& alias : program_.aliases)
    if (called_back.contains(alias.name) && IsDefined(alias.target))
      Enter(alias.target, false, {alias.target});
  for (const std::string& id : program_.kept)
    if (IsDefined(id)) Enter(id, false, {id});
}

bool Reachability::IsDefined(const std::string& id) const {
  return functions_.contains(id) ||
         std::ranges::any_of(
             program_.flow.globals,
             [&](const FlowGlobal& global) { return global.id == id; });
}

void Reachability::Enter(const std::string& id, bool certain,
                         std::vector<std::string> path) {
  std::map<std::string, Reached>& nodes =
      functions_.contains(id) ? reached_ : globals_;
  const auto [node, is_new] =
      nodes.emplace(id, Reached{certain, std::move(path)});
  if (!is_new) return;
  entered_.insert(node->first);
  queue_.push_back(id);
}

// Breadth first, so the first path to a function is a shortest one.
void Reachability::Follow(bool addresses) {
  while (!queue_.empty()) {
    const std::string from = std::move(queue_.front());
    queue_.pop_front();
    const auto edges = edges_.find(from);
    if (edges == edges_.end()) continue;
    const auto function = reached_.find(from);
    const Reached& how =
        function != reached_.end() ? function->second : globals_.at(from);
    for (const FlowEdge* edge : edges->second)
      FollowEdge(how, *edge, addresses);
  }
}

void Reachability::FollowEdge(const Reached& how, const FlowEdge& edge,
                              bool addresses) {
  const bool call = edge.kind == EdgeKind::kCall && !uncertain_.contains(&edge);
  if ((!call && !addresses) || !LeadsToCall(edge)) return;
  const bool outside =
      edge.external || program_.also_external.contains(edge.to);
  if (outside && edge.kind == EdgeKind::kAddress)
    taken_.push_back({edge.to, edge.site, how.path});
  // Of those that are reached already no path is needed.
  if (edge.external || entered_.contains(edge.to)) return;
  std::vector<std::string> path = how.path;
  path.push_back(edge.to);
  Enter(edge.to, call && how.certain, std::move(path));
}

}  // namespace bailey::analyzer
