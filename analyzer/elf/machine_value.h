// What a register or a stack argument holds at one place of a function, as far
// as code that does not run the program can tell.
//
//   if (site.arguments[0] == MachineValue::Constant(2)) …
//
// Addresses and symbols mean something only together with the file that they
// were found in; as numbers they are unknown, since the loader moves files.

#ifndef BAILEY_ANALYZER_ELF_MACHINE_VALUE_H_
#define BAILEY_ANALYZER_ELF_MACHINE_VALUE_H_

#include <array>
#include <cstdint>

namespace bailey::analyzer {

struct MachineValue {
  enum class Kind : uint8_t {
    kUnknown,
    kConstant,
    kParameter,
    kAddress,  // `constant` is an address in the file itself.
    kSymbol,   // The address of an imported symbol, plus `constant`.
    kFrame     // In the function's frame: `constant` bytes (signed) from where
               // the return address lies.
  };

  Kind kind = Kind::kUnknown;
  // For kParameter: 64 if the whole register passes unchanged, 32 if only its
  // low half is known to (`mov %esi, %edi`, `movslq`).
  uint8_t width_bits = 64;
  // For kParameter: which integer parameter of the enclosing function, counted
  // from 0. 0 to 5 came in rdi, rsi, rdx, rcx, r8, r9; 6 and 7 on the stack.
  int16_t parameter = 0;
  uint32_t symbol = 0;    // For kSymbol: index in ElfImage::symbol_names().
  uint64_t constant = 0;  // For kConstant: all 64 bits.

  static MachineValue Constant(uint64_t value) {
    return {Kind::kConstant, 64, 0, 0, value};
  }
  static MachineValue Parameter(int index, uint8_t width_bits = 64) {
    return {Kind::kParameter, width_bits, static_cast<int16_t>(index), 0, 0};
  }
  static MachineValue Address(uint64_t address) {
    return {Kind::kAddress, 64, 0, 0, address};
  }
  static MachineValue Symbol(uint32_t symbol, uint64_t addend = 0) {
    return {Kind::kSymbol, 64, 0, symbol, addend};
  }
  static MachineValue Frame(int64_t offset) {
    return {Kind::kFrame, 64, 0, 0, static_cast<uint64_t>(offset)};
  }
  // Means the same in every file.
  bool IsPortable() const {
    return kind == Kind::kConstant || kind == Kind::kParameter;
  }
  bool operator==(const MachineValue&) const = default;
};

// What holds whichever of the two is the case: equal values stay, the rest is
// unknown. Both must be of one file, or portable.
MachineValue Join(const MachineValue& a, const MachineValue& b);

// How many parameters of a function are followed: six in registers, two on the
// stack.
inline constexpr int kFollowedParameters = 8;
using ParameterValues = std::array<MachineValue, kFollowedParameters>;

// `value` as the caller sees it, whose own values at the call are `actual`. The
// two may be of different files, so what is not portable becomes unknown.
MachineValue Substitute(const MachineValue& value,
                        const ParameterValues& actual);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_MACHINE_VALUE_H_
