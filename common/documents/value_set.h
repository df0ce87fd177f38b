// One set of values of a system call's argument, as a report has it: a range,
// or all values of which some bits are known.
//
//   ValueSet append = ValueSet::WithBits(O_APPEND, O_APPEND);
//   Contains(append, O_WRONLY | O_APPEND)   // true
//   Contains(ValueSet{0, 0xffff}, append)   // false: any other bit may be set
//
// All is said of unsigned numbers: what the kernel reads of the argument.

#ifndef BAILEY_COMMON_DOCUMENTS_VALUE_SET_H_
#define BAILEY_COMMON_DOCUMENTS_VALUE_SET_H_

#include <cstdint>
#include <string>
#include <vector>

namespace bailey {

struct ValueSet {
  // All values lie in min..max. INVARIANT: where bits are known these are the
  // least and the greatest 64-bit number with these bits, so that who looks at
  // ranges alone takes the set for larger, never for smaller.
  uint64_t min = 0;
  uint64_t max = 0;
  // 0: a range. Else any number v with (v & mask) == value.
  uint64_t mask = 0;
  uint64_t value = 0;

  // `value` has no bit outside `mask`.
  static ValueSet WithBits(uint64_t mask, uint64_t value);

  bool operator==(const ValueSet&) const = default;
};

bool Contains(const ValueSet& set, uint64_t value);
bool Contains(const ValueSet& wide, const ValueSet& narrow);

// The bits that are the same in all values of the set: for a range those above
// the highest in which its ends differ.
uint64_t KnownMask(const ValueSet& set);

// "0x80000..0x80001"; "0x400/0x400", the value before the mask.
std::string ValueSetText(const ValueSet& set);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_VALUE_SET_H_
