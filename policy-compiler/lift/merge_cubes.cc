// Cubes are grouped by all but one of their arguments; what a group says of
// that one is joined.

#include "policy-compiler/lift/merge_cubes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace bailey::policy {
namespace {

constexpr size_t kMostCompared = 200;  // sets of a group, each with each

// The same numbers, told by more bits, where these lie below all of the mask.
std::optional<MaskedSet> Widened(const MaskedSet& set, uint64_t mask) {
  const uint64_t more = mask & ~set.mask;
  const uint64_t lowest = set.mask & (~set.mask + 1);
  if ((set.mask & ~mask) != 0 || more >= lowest) return std::nullopt;
  MaskedSet wide{mask, set.values};
  for (ValueInterval& interval : wide.values) interval.last |= more;
  return Canonical(wide, 64);
}

// One set for two, if there is one.
std::optional<MaskedSet> OneOf(const MaskedSet& a, const MaskedSet& b) {
  if (a.mask == b.mask) return Joined(a, b, 64);
  if (const auto wide = Widened(a, b.mask); wide && wide->mask == b.mask)
    return Joined(*wide, b, 64);
  if (const auto wide = Widened(b, a.mask); wide && wide->mask == a.mask)
    return Joined(a, *wide, 64);
  return std::nullopt;
}

// Two conjunctions that differ in one set, or say the same.
std::optional<MaskedSets> OneOf(const MaskedSets& a, const MaskedSets& b) {
  if (a == b || a.empty()) return a;
  if (b.empty()) return b;
  MaskedSets common, only_a, only_b;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  std::ranges::set_difference(a, common, std::back_inserter(only_a));
  std::ranges::set_difference(b, common, std::back_inserter(only_b));
  if (only_a.empty()) return a;  // what b adds leaves fewer
  if (only_b.empty()) return b;
  if (only_a.size() != 1 || only_b.size() != 1) return std::nullopt;
  const auto joined = OneOf(only_a.front(), only_b.front());
  if (!joined) return std::nullopt;
  if (!HoldsAlways(*joined)) common.push_back(*joined);
  std::ranges::sort(common);
  return common;
}

void MergeInto(std::vector<MaskedSets>& merged, MaskedSets sets) {
  if (merged.size() > kMostCompared) {
    merged.push_back(std::move(sets));
    return;
  }
  for (size_t i = 0; i < merged.size(); ++i) {
    std::optional<MaskedSets> one = OneOf(merged[i], sets);
    if (!one) continue;
    merged.erase(merged.begin() + static_cast<std::ptrdiff_t>(i));
    return MergeInto(merged, *std::move(one));
  }
  merged.push_back(std::move(sets));
}

std::vector<CallCube> MergeArgument(const std::vector<CallCube>& cubes,
                                    size_t argument) {
  std::map<CallCube, std::vector<MaskedSets>> groups;
  for (CallCube rest : cubes) {
    MaskedSets sets = std::exchange(rest[argument], {});
    MergeInto(groups[rest], std::move(sets));
  }
  std::vector<CallCube> merged;
  for (const auto& [rest, alternatives] : groups) {
    for (const MaskedSets& sets : alternatives) {
      merged.push_back(rest);
      merged.back()[argument] = sets;
    }
  }
  return merged;
}

}  // namespace

bool IsWholeCall(const CallCube& cube) { return cube == CallCube{}; }

std::vector<CallCube> MergeCubes(std::vector<CallCube> cubes) {
  for (size_t before = cubes.size() + 1; cubes.size() < before;) {
    before = cubes.size();
    for (size_t argument = 0; argument < 6; ++argument)
      cubes = MergeArgument(cubes, argument);
  }
  if (std::ranges::any_of(cubes, IsWholeCall)) return {CallCube{}};
  std::ranges::sort(cubes);
  return cubes;
}

}  // namespace bailey::policy
