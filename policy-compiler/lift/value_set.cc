// Intervals of numbers, and of what masks leave.

#include "policy-compiler/lift/value_set.h"

#include <algorithm>
#include <bit>

namespace bailey::policy {
namespace {

uint64_t BitsBelow(int bit) {
  return bit >= 64 ? ~uint64_t{0} : (uint64_t{1} << bit) - 1;
}

int HighestBit(uint64_t value) { return 63 - std::countl_zero(value); }

// The greatest number that the mask can leave and that is not above `value`.
uint64_t FloorOfMask(uint64_t value, uint64_t mask) {
  const uint64_t wrong = value & ~mask;
  if (wrong == 0) return value;
  const uint64_t below = BitsBelow(HighestBit(wrong));
  return ((value & ~below) & mask) | (mask & below);
}

// The smallest that is not below `value`.
std::optional<uint64_t> CeilingOfMask(uint64_t value, uint64_t mask) {
  const uint64_t wrong = value & ~mask;
  if (wrong == 0) return value;
  return NextOfMask(value | BitsBelow(HighestBit(wrong)), mask);
}

void Append(ValueSet& set, const ValueInterval& interval) {
  const bool meets = !set.empty() && (set.back().last == ~uint64_t{0} ||
                                      interval.first <= set.back().last + 1);
  if (meets)
    set.back().last = std::max(set.back().last, interval.last);
  else
    set.push_back(interval);
}

}  // namespace

bool Contains(const ValueSet& set, uint64_t value) {
  const auto above =
      std::ranges::upper_bound(set, value, {}, &ValueInterval::first);
  return above != set.begin() && value <= std::prev(above)->last;
}

ValueSet Intersection(const ValueSet& a, const ValueSet& b) {
  ValueSet common;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const uint64_t first = std::max(a[i].first, b[j].first);
    const uint64_t last = std::min(a[i].last, b[j].last);
    if (first <= last) common.push_back({first, last});
    a[i].last < b[j].last ? ++i : ++j;
  }
  return common;
}

ValueSet Union(const ValueSet& a, const ValueSet& b) {
  ValueSet sorted = a;
  sorted.insert(sorted.end(), b.begin(), b.end());
  std::ranges::sort(sorted);
  ValueSet joined;
  for (const ValueInterval& interval : sorted) Append(joined, interval);
  return joined;
}

ValueSet Complement(const ValueSet& set, uint64_t maximum) {
  ValueSet rest;
  uint64_t next = 0;
  for (const ValueInterval& interval : set) {
    if (interval.first > maximum) break;
    if (interval.first > next) rest.push_back({next, interval.first - 1});
    if (interval.last >= maximum) return rest;
    next = interval.last + 1;
  }
  rest.push_back({next, maximum});
  return rest;
}

uint64_t CountUpTo(const ValueSet& set, uint64_t limit) {
  uint64_t count = 0;
  for (const ValueInterval& interval : set) {
    const uint64_t more = interval.last - interval.first;
    if (more >= limit - count) return limit;
    count += more + 1;
  }
  return std::min(count, limit);
}

std::optional<uint64_t> NextOfMask(uint64_t value, uint64_t mask) {
  const uint64_t filled = value | ~mask;
  if (filled == ~uint64_t{0}) return std::nullopt;
  return (filled + 1) & mask;
}

ValueSet OfMask(const ValueSet& set, uint64_t mask) {
  ValueSet left;
  for (const ValueInterval& interval : set) {
    const std::optional<uint64_t> first = CeilingOfMask(interval.first, mask);
    const uint64_t last = FloorOfMask(interval.last, mask);
    if (!first || *first > last) continue;
    const bool meets =
        !left.empty() && NextOfMask(left.back().last, mask) == first;
    if (meets)
      left.back().last = last;
    else
      left.push_back({*first, last});
  }
  return left;
}

namespace {

// Few bits are left out, and few values in: all of them are named.
bool IsSmall(const MaskedSet& set, uint64_t all) {
  constexpr uint64_t kFew = 4;
  return std::popcount(all & ~set.mask) <= 2 &&
         CountUpTo(set.values, kFew + 1) <= kFew;
}

MaskedSet Spelled(const ValueSet& values, uint64_t mask, uint64_t all) {
  MaskedSet spelled{all, {}};
  for (std::optional<uint64_t> more = 0; more;
       more = NextOfMask(*more, all & ~mask))
    for (const auto& [first, last] : values)
      for (uint64_t value = first; value <= last; ++value)
        if ((value & ~mask) == 0)
          spelled.values =
              Union(spelled.values, {{value | *more, value | *more}});
  return spelled;
}

}  // namespace

MaskedSet Canonical(const MaskedSet& set, int width_bits) {
  const uint64_t all = BitsBelow(width_bits);
  const uint64_t below = set.mask == 0 ? 0 : (set.mask & (~set.mask + 1)) - 1;
  ValueSet values = OfMask(set.values, set.mask);
  if (set.mask != all && IsSmall({set.mask, values}, all))
    return Spelled(values, set.mask, all);
  if (set.mask == 0 || (set.mask | below) != all)
    return {set.mask, std::move(values)};
  for (ValueInterval& interval : values) interval.last |= below;
  return {all, OfMask(values, all)};
}

MaskedSet Inverse(const MaskedSet& set, int width_bits) {
  return Canonical({set.mask, Complement(set.values, set.mask)}, width_bits);
}

MaskedSet Joined(const MaskedSet& a, const MaskedSet& b, int width_bits) {
  return Canonical({a.mask, Union(a.values, b.values)}, width_bits);
}

bool HoldsAlways(const MaskedSet& set) {
  return set.values == ValueSet{{0, set.mask}};
}

}  // namespace bailey::policy
