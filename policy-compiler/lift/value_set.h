// Sets of numbers, as intervals, and of what a mask leaves of a number.
//
//   ValueSet small = {{0, 7}};
//   Complement(small, 0xff);             // {{8, 255}}
//   OfMask({{1, 0x80}}, 0x80);           // {{0x80, 0x80}}: nothing between
//   MaskedSet odd{0x1, {{1, 1}}};        // (x & 1) in {1}

#ifndef BAILEY_POLICY_COMPILER_LIFT_VALUE_SET_H_
#define BAILEY_POLICY_COMPILER_LIFT_VALUE_SET_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace bailey::policy {

struct ValueInterval {
  uint64_t first = 0;
  uint64_t last = 0;  // included
  auto operator<=>(const ValueInterval&) const = default;
};

// INVARIANT: ascending, without overlaps.
using ValueSet = std::vector<ValueInterval>;

bool Contains(const ValueSet& set, uint64_t value);
ValueSet Intersection(const ValueSet& a, const ValueSet& b);
ValueSet Union(const ValueSet& a, const ValueSet& b);
// Of the numbers from 0 to `maximum`.
ValueSet Complement(const ValueSet& set, uint64_t maximum);
// How many, but no more than `limit`.
uint64_t CountUpTo(const ValueSet& set, uint64_t limit);

// Those members that are `mask & x` for some x, in the one form in which equal
// sets of them are equal: an interval's ends are such numbers, and between two
// intervals lies one.
ValueSet OfMask(const ValueSet& set, uint64_t mask);
// The smallest number above `value` that `mask` can leave; none: there is none.
std::optional<uint64_t> NextOfMask(uint64_t value, uint64_t mask);

// (x & mask) in values.
struct MaskedSet {
  uint64_t mask = 0;
  ValueSet values;
  auto operator<=>(const MaskedSet&) const = default;
};

// In the form of OfMask; of the whole number of `width_bits`, where the mask is
// all its bits from some bit up, or all but few and the values are few.
MaskedSet Canonical(const MaskedSet& set, int width_bits);
MaskedSet Inverse(const MaskedSet& set, int width_bits);
// Requires sets over one mask in canonical form.
MaskedSet Joined(const MaskedSet& a, const MaskedSet& b, int width_bits);
bool HoldsAlways(const MaskedSet& set);  // canonical

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_VALUE_SET_H_
