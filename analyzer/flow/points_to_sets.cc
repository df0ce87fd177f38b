// Sets of places of the points-to solver: what others imply is left out.
#include <algorithm>

#include "analyzer/flow/points_to.h"

namespace bailey::analyzer {

// INVARIANT: what is left out would add nothing to any rule's or copy's effect:
// reading and writing an escaped object is reading and writing the unknown, and
// a place in an object is part of the whole. The unknown's own node is the list
// of what has escaped: nothing is left out there.
bool PointsTo::ImpliesEscaped(Node node) const {
  return node != kUnknownNode &&
         nodes_[node].points_to.Contains(kUnknownLocation);
}

void PointsTo::Insert(Node node, LocationId location) {
  node = Find(node);
  NodeState& state = nodes_[node];
  if (ImpliesEscaped(node) && escaped_.Contains(location)) return;
  if (!state.points_to.Insert(location)) return;
  state.pending.Insert(location);
  if (location == kUnknownLocation) DropEscaped(node);
  Enqueue(node);
}

void PointsTo::Unite(Node node, const SparseBits& locations) {
  NodeState& state = nodes_[node];
  const bool implied = ImpliesEscaped(node);
  const SparseBits added = implied ? state.points_to.Unite(locations, escaped_)
                                   : state.points_to.Unite(locations);
  if (added.empty()) return;
  state.pending.Unite(added);
  if (!implied) DropEscaped(node);
  Enqueue(node);
}

void PointsTo::DropEscaped(Node node) {
  if (!ImpliesEscaped(node)) return;
  nodes_[node].points_to.Remove(escaped_);
  nodes_[node].pending.Remove(escaped_);
}

// Objects that the node holds as a whole, and its places in objects.
std::vector<PointsTo::Object> PointsTo::Wholes(
    Node node, std::vector<LocationId>& parts) const {
  std::vector<Object> wholes;
  nodes_[node].points_to.ForEach([&](LocationId location) {
    const Target& at = locations_[location];
    const ObjectState& object = objects_[at.object];
    if (!object.is_memory) return;
    if (at.is_anywhere || object.layout.is_collapsed())
      wholes.push_back(at.object);
    if (!at.is_anywhere) parts.push_back(location);
  });
  std::ranges::sort(wholes);
  wholes.erase(std::ranges::unique(wholes).begin(), wholes.end());
  return wholes;
}

void PointsTo::DropImplied(Node node) {
  DropEscaped(node);
  if (!nodes_[node].points_to.Intersects(wholes_)) return;
  std::vector<LocationId> parts;
  const std::vector<Object> wholes = Wholes(node, parts);
  std::erase_if(parts, [&](LocationId each) {
    return !std::ranges::binary_search(wholes, locations_[each].object);
  });
  if (parts.empty()) return;
  SparseBits gone;
  for (const LocationId each : parts) gone.Insert(each);
  nodes_[node].points_to.Remove(gone);
  nodes_[node].pending.Remove(gone);
  for (const Object each : wholes) Insert(node, Anywhere(each));
}

PointsTo::LocationId PointsTo::NewLocation(const Target& at) {
  const auto added = static_cast<LocationId>(locations_.size());
  locations_.push_back(at);
  ObjectState& state = objects_[at.object];
  state.all_locations.push_back(added);
  if (state.escaped) escaped_.Insert(added);
  if (at.is_anywhere || state.layout.is_collapsed()) wholes_.Insert(added);
  return added;
}

}  // namespace bailey::analyzer
