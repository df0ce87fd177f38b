// The worklist of the points-to solver: nodes, copies, rules and cycles. What
// memory does is in points_to_memory.cc, sets of places in points_to_sets.cc.
#include "analyzer/flow/points_to.h"

#include <algorithm>
#include <utility>

namespace bailey::analyzer {
namespace {

uint64_t Pair(uint32_t first, uint32_t second) {
  return uint64_t{first} << 32 | second;
}

}  // namespace

PointsTo::PointsTo(size_t between_merges)
    : between_merges_(between_merges), next_merge_(between_merges) {
  NewNode();     // kUnknownNode
  NewObject(0);  // kUnknown
  locations_.push_back({kUnknown, 0, true});
  objects_[kUnknown].is_memory = false;
  objects_[kUnknown].escaped = true;
}

PointsTo::Node PointsTo::NewNode() {
  nodes_.emplace_back();
  parents_.push_back(static_cast<Node>(parents_.size()));
  return parents_.back();
}

PointsTo::Object PointsTo::NewObject(uint64_t size) {
  objects_.emplace_back();
  objects_.back().size = static_cast<int64_t>(size);
  return static_cast<Object>(objects_.size() - 1);
}

PointsTo::Object PointsTo::NewFunction() {
  const Object object = NewObject(0);
  objects_[object].is_memory = false;
  return object;
}

PointsTo::Node PointsTo::Find(Node node) const {
  while (parents_[node] != node) {
    parents_[node] = parents_[parents_[node]];
    node = parents_[node];
  }
  return node;
}

// What has escaped is implied elsewhere: the sooner that is known the better.
void PointsTo::Enqueue(Node node) {
  if (std::exchange(nodes_[node].is_queued, true)) return;
  const bool ranked = node < ranks_.size() && node != kUnknownNode;
  const uint32_t rank = ranked ? ranks_[node] : ~uint32_t{0};
  queue_.emplace(rank, node);
}

void PointsTo::AddAddress(Node to, Object object, int64_t offset) {
  if (object == kUnknown) return Insert(to, kUnknownLocation);
  Insert(to, LocationOf(object, offset));
}

void PointsTo::AddCopy(Node to, Node from) {
  // Who reads what unknown code knows gets a name for it, not all of it.
  if (from == kUnknownNode) return Insert(to, kUnknownLocation);
  to = Find(to);
  from = Find(from);
  if (to == from || !copies_.insert(Pair(from, to)).second) return;
  nodes_[from].copies.push_back(to);
  Unite(to, nodes_[from].points_to);
}

void PointsTo::AddRule(Node node, Rule rule) {
  node = Find(node);
  const auto id = static_cast<uint32_t>(rules_.size());
  rules_.push_back(rule);
  // Who reads or writes by an unknown pointer need not know all it may be.
  if (node == kUnknownNode && rule.kind != Kind::kWatch)
    return Apply(rule, id, kUnknownLocation);
  nodes_[node].rules.push_back(id);
  const SparseBits known = nodes_[node].points_to;
  known.ForEach([&](LocationId location) { Apply(rule, id, location); });
}

void PointsTo::AddOffset(Node to, Node from, int64_t offset,
                         uint64_t array_bytes) {
  if (offset == 0 && array_bytes == 0) return AddCopy(to, from);
  AddRule(from, {Kind::kOffset, to, offset, 0, array_bytes});
}

void PointsTo::AddElement(Node to, Node from, int64_t offset, uint64_t stride,
                          uint64_t array_bytes) {
  AddRule(from, {Kind::kElement, to, offset, stride, array_bytes});
}

void PointsTo::AddLoad(Node to, Node pointer, uint64_t size) {
  AddRule(pointer, {Kind::kLoad, to, 0, 0, size});
}

void PointsTo::AddStore(Node pointer, Node value, uint64_t size) {
  AddRule(pointer, {Kind::kStore, value, 0, 0, size});
}

void PointsTo::AddBlockCopy(Node to_pointer, Node from_pointer, uint64_t size) {
  const auto block = static_cast<uint32_t>(blocks_.size());
  blocks_.emplace_back();
  AddRule(to_pointer, {Kind::kBlockTo, 0, 0, 0, size, block});
  AddRule(from_pointer, {Kind::kBlockFrom, 0, 0, 0, size, block});
}

void PointsTo::Watch(Node node, Watcher watcher) {
  const auto number = static_cast<Node>(watchers_.size());
  watchers_.push_back(std::move(watcher));
  AddRule(node, {Kind::kWatch, number});
}

void PointsTo::Solve() {
  if (nodes_.size() > ranks_.size() + between_merges_) MergeCycles();
  while (!queue_.empty()) {
    const Node node = queue_.top().second;
    queue_.pop();
    nodes_[node].is_queued = false;
    if (Find(node) == node) Process(node);
    if (++processed_ < next_merge_) continue;
    MergeCycles();
    next_merge_ = processed_ + std::max(between_merges_, nodes_.size() / 4);
  }
}

// Rules that come while this runs see what is known by then, and what comes
// later is pending again: so copies of the lists are enough.
void PointsTo::Process(Node node) {
  const SparseBits pending = std::exchange(nodes_[node].pending, {});
  if (pending.empty()) return;
  if (node == kUnknownNode)
    pending.ForEach(
        [&](LocationId location) { Escape(locations_[location].object); });
  const std::vector<uint32_t> rules = nodes_[node].rules;
  for (const uint32_t id : rules) {
    const Rule rule = rules_[id];
    pending.ForEach([&](LocationId location) { Apply(rule, id, location); });
  }
  const std::vector<Node> copies = nodes_[Find(node)].copies;
  for (const Node copy : copies) {
    const Node to = Find(copy);
    if (to != node) Unite(to, pending);
  }
}

void PointsTo::Apply(const Rule& rule, uint32_t id, LocationId location) {
  const Target at = locations_[location];
  switch (rule.kind) {
    case Kind::kOffset:
      return ApplyOffset(rule, id, at);
    case Kind::kElement:
      return ApplyElement(rule, at);
    case Kind::kLoad:
    case Kind::kStore:
      return Access(rule, at);
    case Kind::kBlockTo:
    case Kind::kBlockFrom:
      return ApplyBlock(rule, location);
    case Kind::kWatch:
      return watchers_[rule.other](at);
  }
}

PointsTo::Node PointsTo::Merge(Node a, Node b) {
  a = Find(a);
  b = Find(b);
  if (a == b) return a;
  if (b == kUnknownNode) std::swap(a, b);
  parents_[b] = a;
  NodeState gone = std::exchange(nodes_[b], {});
  nodes_[b].is_queued = gone.is_queued;  // it is in the queue still
  NodeState& kept = nodes_[a];
  kept.copies.insert(kept.copies.end(), gone.copies.begin(), gone.copies.end());
  kept.rules.insert(kept.rules.end(), gone.rules.begin(), gone.rules.end());
  // What one had seen the rules and copies of the other have not.
  kept.pending.Unite(gone.pending);
  kept.pending.Unite(gone.points_to.Unite(kept.points_to));
  kept.pending.Unite(kept.points_to.Unite(gone.points_to));
  DropEscaped(a);
  Enqueue(a);
  return a;
}

// Tarjan's algorithm, without recursion: a circle may be long.
void PointsTo::MergeCycles() {
  struct Frame {
    Node node;
    size_t next;
  };
  constexpr uint32_t kUnseen = 0;
  std::vector<uint32_t> order(nodes_.size(), kUnseen);
  std::vector<uint32_t> low(nodes_.size(), 0);
  std::vector<bool> open(nodes_.size(), false);
  std::vector<uint32_t> finished(nodes_.size(), 0);
  uint32_t components = 0;
  std::vector<Node> stack;
  std::vector<Frame> frames;
  std::vector<std::pair<Node, Node>> merges;
  uint32_t count = 0;
  for (Node root = 0; root < nodes_.size(); ++root) {
    if (Find(root) != root || order[root] != kUnseen) continue;
    const auto enter = [&](Node node) {
      order[node] = low[node] = ++count;
      if (nodes_[node].copies.empty()) {  // a component by itself
        finished[node] = ++components;
        return;
      }
      open[node] = true;
      stack.push_back(node);
      frames.push_back({node, 0});
    };
    enter(root);
    while (!frames.empty()) {
      const Node node = frames.back().node;
      if (frames.back().next < nodes_[node].copies.size()) {
        const Node to = Find(nodes_[node].copies[frames.back().next++]);
        if (order[to] == kUnseen)
          enter(to);
        else if (open[to])
          low[node] = std::min(low[node], order[to]);
        continue;
      }
      frames.pop_back();
      if (!frames.empty())
        low[frames.back().node] = std::min(low[frames.back().node], low[node]);
      if (low[node] != order[node]) continue;
      ++components;  // those that it copies to have lower numbers
      while (true) {
        const Node member = stack.back();
        stack.pop_back();
        open[member] = false;
        finished[member] = components;
        if (member == node) break;
        merges.emplace_back(node, member);
      }
    }
  }
  ranks_ = std::move(finished);
  for (const auto& [a, b] : merges) Merge(a, b);
  for (Node node = 0; node < nodes_.size(); ++node)
    if (Find(node) == node) DropImplied(node);
}

void PointsTo::ForEachTarget(Node node,
                             const std::function<void(Target)>& visit) const {
  nodes_[Find(node)].points_to.ForEach([&](LocationId location) {
    Target target = locations_[location];
    if (!target.is_anywhere)
      target.offset = objects_[target.object].layout.Canonical(target.offset);
    visit(target);
  });
}

void PointsTo::ForEachContent(Object object,
                              const std::function<void(Target)>& visit) const {
  const ObjectState& state = objects_[object];
  for (const auto& [word, cell] : state.cells) ForEachTarget(cell, visit);
  if (state.any != kNone) ForEachTarget(state.any, visit);
}

bool PointsTo::MayPointTo(Node node, Object object, int64_t offset) const {
  const int64_t canonical = objects_[object].layout.Canonical(offset);
  bool found = HasEscaped(object) && MayBeUnknown(node);
  ForEachTarget(node, [&](const Target& target) {
    found |= target.object == object &&
             (target.is_anywhere || target.offset == canonical);
  });
  return found;
}

bool PointsTo::MayBeUnknown(Node node) const {
  return nodes_[Find(node)].points_to.Contains(kUnknownLocation);
}

}  // namespace bailey::analyzer
