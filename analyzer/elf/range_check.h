// Follows, within a run of instructions, the idiom by which glibc checks that a
// vtable lies in its section. Internal to analyzer/elf.
//
//   lea   start(%rip), %rdx
//   mov   %rax, %rcx        RangeCheck::Copied(kRcx, kRax)
//   sub   %rdx, %rcx        RangeCheck::Subtracted(kRcx, start)
//   cmp   $size, %rcx       RangeCheck::Compared(kRcx, size)
//   jae   …                 not taken: start <= rax < start + size
//
// Every write to a register that takes part, and every other change of the
// flags, ends it.

#ifndef BAILEY_ANALYZER_ELF_RANGE_CHECK_H_
#define BAILEY_ANALYZER_ELF_RANGE_CHECK_H_

#include <cstdint>
#include <optional>

#include "analyzer/elf/instruction.h"

namespace bailey::analyzer {

class RangeCheck {
 public:
  struct Outcome {
    uint8_t pointer = kNoRegister;  // The register that was checked …
    uint64_t start = 0;             // … to lie from here …
    uint64_t size_bytes = 0;        // … within so many bytes …
    bool is_inside = false;         // … and does, or does not.
  };

  void Copied(uint8_t to, uint8_t from);
  // `distance` -= the address `start`.
  void Subtracted(uint8_t distance, uint64_t start);
  // The flags are those of `distance` - `size_bytes`, or the other way round.
  void Compared(uint8_t distance, uint64_t size_bytes, bool is_swapped);
  // Before any of the above is said of the same instruction.
  void Written(uint8_t number);
  void FlagsChanged() { has_flags_ = false; }

  bool has_flags() const { return has_flags_; }
  // What a conditional branch tells, if it goes where `is_taken` says.
  std::optional<Outcome> At(uint8_t condition, bool is_taken) const;

 private:
  // Registers that hold the same: the last copy that was made.
  uint8_t copy_ = kNoRegister;
  uint8_t original_ = kNoRegister;
  // `distance_` holds `pointer_` - `start_`.
  uint8_t distance_ = kNoRegister;
  uint8_t pointer_ = kNoRegister;
  uint64_t start_ = 0;
  // The flags are of `flags_pointer_` - `flags_start_` compared with `size_`.
  bool has_flags_ = false;
  bool is_swapped_ = false;
  uint8_t flags_pointer_ = kNoRegister;
  uint64_t flags_start_ = 0;
  uint64_t size_ = 0;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_RANGE_CHECK_H_
