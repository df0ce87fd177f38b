// One set of values of a system call's argument: what it contains, and how it
// is written for people.
#include "common/documents/value_set.h"

#include <fmt/format.h>

#include <bit>

#include "common/check.h"

namespace bailey {

ValueSet ValueSet::WithBits(uint64_t mask, uint64_t value) {
  CHECK((value & ~mask) == 0);
  return {value, value | ~mask, mask, value};
}

bool Contains(const ValueSet& set, uint64_t value) {
  return set.min <= value && value <= set.max &&
         (value & set.mask) == set.value;
}

uint64_t KnownMask(const ValueSet& set) {
  if (set.mask != 0) return set.mask;
  const int differing = std::bit_width(set.min ^ set.max);
  return differing == 64 ? 0 : ~uint64_t{0} << differing;
}

bool Contains(const ValueSet& wide, const ValueSet& narrow) {
  if (wide.mask == 0) return wide.min <= narrow.min && narrow.max <= wide.max;
  return (wide.mask & ~KnownMask(narrow)) == 0 &&
         (narrow.min & wide.mask) == wide.value;
}

std::string ValueSetText(const ValueSet& set) {
  if (set.mask != 0) return fmt::format("{:#x}/{:#x}", set.value, set.mask);
  if (set.min == set.max) return fmt::format("{:#x}", set.min);
  return fmt::format("{:#x}..{:#x}", set.min, set.max);
}

}  // namespace bailey
