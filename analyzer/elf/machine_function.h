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

#include "analyzer/elf/machine_value.h"
#include "analyzer/elf/value_origin.h"

namespace bailey::analyzer {

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
  // One for each such call or jump.
  std::vector<IndirectSite> indirect_sites;
  std::vector<PointerStore> pointer_stores;
  // Sorted and without duplicates. Imported functions are there too, if it is
  // not a call that loads their address.
  std::vector<DataReference> data_references;
  // Bytes did not decode, or control left the function in an unexpected way.
  bool incomplete = false;
  std::string incomplete_reason;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_MACHINE_FUNCTION_H_
