// What one function of a machine-code file does, as disassembly finds it.
//
//   for (const MachineFunction& function : image.functions())
//     for (const SyscallSite& site : function.syscalls)
//       if (site.number) Print(function.name, *site.number);
//
// Plain data; filled by ElfImage (analyzer/elf/elf_image.h).

#ifndef BAILEY_ANALYZER_ELF_MACHINE_FUNCTION_H_
#define BAILEY_ANALYZER_ELF_MACHINE_FUNCTION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bailey::analyzer {

// The value of one register (or stack argument) at one place.
struct MachineValue {
  enum class Kind : uint8_t { kUnknown, kConstant, kParameter };

  Kind kind = Kind::kUnknown;
  // For kParameter: 64 if the whole register passes unchanged, 32 if only its
  // low half is known to (`mov %esi, %edi`, `movslq`).
  uint8_t width_bits = 64;
  // For kParameter: which integer parameter of the enclosing function, counted
  // from 0. 0 to 5 came in rdi, rsi, rdx, rcx, r8, r9; 6 and 7 on the stack.
  int16_t parameter = 0;
  uint64_t constant = 0;  // For kConstant: all 64 bits.

  static MachineValue Constant(uint64_t value) {
    return {Kind::kConstant, 64, 0, value};
  }
  static MachineValue Parameter(int index, uint8_t width_bits = 64) {
    return {Kind::kParameter, width_bits, static_cast<int16_t>(index), 0};
  }
  bool operator==(const MachineValue&) const = default;
};

// What holds whichever of the two is the case: equal values stay, the rest is
// unknown.
MachineValue Join(const MachineValue& a, const MachineValue& b);

// How many parameters of a function are followed: six in registers, two on the
// stack.
inline constexpr int kFollowedParameters = 8;
using ParameterValues = std::array<MachineValue, kFollowedParameters>;

// `value` as the caller sees it, whose own values at the call are `actual`.
MachineValue Substitute(const MachineValue& value,
                        const ParameterValues& actual);

// One instruction that enters the kernel.
struct SyscallSite {
  using Value = MachineValue;

  uint64_t address = 0;
  // The call's number, when exactly one constant reaches the instruction.
  std::optional<uint32_t> number;
  // All numbers that reach it, when they are few constants; holds `number` too.
  std::vector<uint32_t> possible_numbers;
  // Set when the number is a parameter of the function, as in libc's syscall().
  std::optional<int> number_parameter;
  std::array<Value, 6> arguments;
  // Why no number is known, else empty.
  std::string unresolved_reason;
};

// One direct call, or a jump (or fall) out of the function, which is a call
// that does not come back.
struct CallSite {
  uint64_t address = 0;
  bool is_tail = false;
  std::optional<uint32_t> function;  // Index among the file's functions, …
  std::string import;  // … or an imported symbol (`name@VERSION`).
  ParameterValues arguments;
};

struct MachineFunction {
  std::string name;  // The exported or symbol table's name, or "sub_<hex>".
  uint64_t address = 0;
  uint64_t size = 0;
  std::vector<SyscallSite> syscalls;
  std::vector<CallSite> call_sites;
  // The three lists below are sorted and without duplicates.
  std::vector<uint32_t> calls;       // Functions of this file, from call_sites.
  std::vector<std::string> imports;  // Imported symbols, from call_sites.
  std::vector<uint32_t> takes_address_of;
  std::vector<std::string> takes_address_of_imports;
  bool has_indirect_call = false;  // A call or jump whose target is not known.
  // Bytes did not decode, or control left the function in an unexpected way.
  bool incomplete = false;
  std::string incomplete_reason;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_MACHINE_FUNCTION_H_
