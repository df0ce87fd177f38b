// Which registers may still be read after an instruction. Internal to
// analyzer/elf.
//
//   if (ReadBy(instruction) >> kRax & 1) …
//
// What is not known counts as read. A call reads what may be passed and, since
// compilers know which registers their own functions leave alone, ends none but
// rax.

#ifndef BAILEY_ANALYZER_ELF_LIVENESS_H_
#define BAILEY_ANALYZER_ELF_LIVENESS_H_

#include <cstdint>

#include "analyzer/elf/instruction.h"

namespace bailey::analyzer {

// System V ABI AMD64 3.2.1 and 3.2.3: what a caller may look at afterwards.
inline constexpr uint16_t kReturned = 1u << kRax | 1u << kRdx | 1u << kRbx |
                                      1u << kRbp | 1u << kRsp | 1u << kR12 |
                                      1u << kR13 | 1u << kR14 | 1u << kR15;
inline constexpr uint16_t kAllRegisters = 0xffff;

uint16_t ReadBy(const Instruction& instruction);
// Written without a trace of what was there.
uint16_t ReplacedBy(const Instruction& instruction);

inline uint16_t LiveBefore(const Instruction& instruction, uint16_t after) {
  return static_cast<uint16_t>((after & ~ReplacedBy(instruction)) |
                               ReadBy(instruction));
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_LIVENESS_H_
