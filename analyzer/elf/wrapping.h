// Offsets and displacements that a file may choose at will: they are added as
// the machine adds them, modulo 2^64, so that no input makes the sum undefined.
//
//   place.offset = WrappingSum(base.offset(), memory.displacement);

#ifndef BAILEY_ANALYZER_ELF_WRAPPING_H_
#define BAILEY_ANALYZER_ELF_WRAPPING_H_

#include <cstdint>

namespace bailey::analyzer {

inline int64_t WrappingSum(int64_t a, int64_t b) {
  // SAFETY: unsigned addition wraps, and two's complement gives the same bits.
  return static_cast<int64_t>(static_cast<uint64_t>(a) +
                              static_cast<uint64_t>(b));
}

// Whether `a_bytes` bytes at offset `a` and `b_bytes` at `b` share one, also
// where one of them reaches over the end of the address space.
inline bool Overlap(int64_t a, uint64_t a_bytes, int64_t b, uint64_t b_bytes) {
  const uint64_t from_a = static_cast<uint64_t>(b) - static_cast<uint64_t>(a);
  if (a_bytes == 0 || b_bytes == 0) return false;
  return from_a < a_bytes || 0 - from_a < b_bytes;
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_WRAPPING_H_
