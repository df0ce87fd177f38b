#include "analyzer/elf/vtable_check.h"

namespace bailey::analyzer {

bool VtableCheck::IsAt(uint64_t address) {
  const auto [found, is_new] = known_.try_emplace(address, false);
  if (is_new) found->second = Looks(address);
  return found->second;
}

bool VtableCheck::Looks(uint64_t address) const {
  constexpr uint64_t kGuardRotation = 17;
  constexpr int64_t kGuardOffset = 0x30;
  const auto range = code_.RangeStartingAt(address);
  if (!range) return false;
  bool has_own_address = false;
  bool has_rotation = false;
  bool has_guard = false;
  for (const Instruction& at : code_.Instructions(code_.ranges()[*range])) {
    const MemoryOperand& memory = at.memory;
    has_own_address |= at.operation == Operation::kLoadAddress &&
                       memory.IsAbsolute() &&
                       uint64_t(memory.displacement) == address;
    has_rotation |= at.operation == Operation::kRotateRight &&
                    at.immediate == kGuardRotation;
    has_guard |= at.operation == Operation::kXorMemory && memory.is_thread &&
                 memory.displacement == kGuardOffset;
  }
  return has_own_address && has_rotation && has_guard;
}

}  // namespace bailey::analyzer
