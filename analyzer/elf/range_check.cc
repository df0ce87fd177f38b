#include "analyzer/elf/range_check.h"

namespace bailey::analyzer {

void RangeCheck::Written(uint8_t number) {
  if (number == copy_ || number == original_) copy_ = original_ = kNoRegister;
  if (number == distance_ || number == pointer_)
    distance_ = pointer_ = kNoRegister;
  if (number == flags_pointer_) has_flags_ = false;
}

void RangeCheck::Copied(uint8_t to, uint8_t from) {
  copy_ = to;
  original_ = from;
}

void RangeCheck::Subtracted(uint8_t distance, uint64_t start) {
  // INVARIANT: called before Written(distance), which would end the copy.
  uint8_t pointer = kNoRegister;
  if (distance == copy_) pointer = original_;
  if (distance == original_) pointer = copy_;
  Written(distance);
  if (pointer == kNoRegister) return;
  distance_ = distance;
  pointer_ = pointer;
  start_ = start;
}

void RangeCheck::Compared(uint8_t distance, uint64_t size_bytes,
                          bool is_swapped) {
  has_flags_ = distance != kNoRegister && distance == distance_;
  is_swapped_ = is_swapped;
  flags_pointer_ = pointer_;
  flags_start_ = start_;
  size_ = size_bytes;
}

std::optional<RangeCheck::Outcome> RangeCheck::At(uint8_t condition,
                                                  bool is_taken) const {
  if (!has_flags_) return std::nullopt;
  // Whether the branch is taken when the distance is below the size, and
  // whether a distance of just the size counts as below.
  const bool taken_if_below =
      is_swapped_ ? condition == kAbove || condition == kAboveOrEqual
                  : condition == kBelow || condition == kBelowOrEqual;
  const bool taken_if_above =
      is_swapped_ ? condition == kBelow || condition == kBelowOrEqual
                  : condition == kAbove || condition == kAboveOrEqual;
  if (!taken_if_below && !taken_if_above) return std::nullopt;
  const bool is_last_inside =
      is_swapped_ ? condition == kBelow || condition == kAboveOrEqual
                  : condition == kAbove || condition == kBelowOrEqual;
  Outcome outcome;
  outcome.pointer = flags_pointer_;
  outcome.start = flags_start_;
  outcome.size_bytes = size_ + (is_last_inside ? 1 : 0);
  outcome.is_inside = taken_if_below == is_taken;
  return outcome;
}

}  // namespace bailey::analyzer
