// Where a value that is a pointer comes from: the target of a call through a
// pointer, and what a function stores. Plain data, filled by ElfImage.
//
//   for (const IndirectSite& site : function.indirect_sites)
//     for (const ValueOrigin& origin : site.origins)
//       if (origin.kind == ValueOrigin::Kind::kParameter) …
//
// What an origin says is complete: the value is one of what its origins name.
// Memory is only named, never read: another thread or function may have changed
// it, so `kLoaded` means "whatever this place has held at some time".

#ifndef BAILEY_ANALYZER_ELF_VALUE_ORIGIN_H_
#define BAILEY_ANALYZER_ELF_VALUE_ORIGIN_H_

#include <cstdint>
#include <vector>

#include "analyzer/elf/machine_value.h"

namespace bailey::analyzer {

// A place in memory, as an instruction addresses it.
struct MemoryPlace {
  enum class Kind : uint8_t {
    kUnknown,         // Anywhere.
    kWord,            // At `address` of this file.
    kSymbolWord,      // `offset` bytes into the imported symbol `symbol`.
    kTable,           // `address + n * stride` for any n.
    kSymbolTable,     // `symbol + offset + n * stride` for any n.
    kParameterField,  // `offset` bytes from where `parameter` points.
    kField,           // `offset` bytes from a pointer that is not known.
    kFrame,           // `offset` bytes from the return address's place.
    kThread           // fs:offset, of the thread's own block.
  };
  Kind kind = Kind::kUnknown;
  uint8_t size_bytes = 8;
  int16_t parameter = 0;
  uint32_t symbol = 0;  // Index in ElfImage::symbol_names().
  uint32_t stride = 0;  // 0: not known.
  uint64_t address = 0;
  int64_t offset = 0;
  auto operator<=>(const MemoryPlace&) const = default;
};

struct ValueOrigin {
  enum class Kind : uint8_t {
    kUnknown,
    kConstant,    // `value`, a number.
    kParameter,   // The caller's `value.parameter`, plus `place.offset`.
    kAddress,     // `value`: kAddress or kSymbol, or kFrame.
    kLoaded,      // What `place` has held.
    kVtableSlot,  // Loaded from `place.offset` bytes into some object of the
                  // `range_bytes` bytes at `place.address`: the pointer was
                  // checked to lie there, or else glibc's _IO_vtable_check
                  // accepted it.
    kReturned     // What the call at `place.address` (in this file) returned.
  };
  // glibc's pointer guard. kTakenOff: `ror $17`, `xor %fs:0x30`, so that only
  // a value on which it was put can be meant. kPutOn: `xor %fs:0x30`,
  // `rol $17`; the value itself is then the rest of the origin, disguised.
  enum class Guard : uint8_t { kNone, kTakenOff, kPutOn };

  Kind kind = Kind::kUnknown;
  Guard guard = Guard::kNone;
  MachineValue value;
  MemoryPlace place;
  uint64_t range_bytes = 0;
  bool operator==(const ValueOrigin&) const = default;
};

// A call or jump through a pointer whose target is not among the function's
// call_sites (or not only).
struct IndirectSite {
  uint64_t address = 0;
  bool is_tail = false;
  // Never empty; one is kUnknown if the target may be anything.
  std::vector<ValueOrigin> origins;
  ParameterValues arguments;
};

// A store to memory. There is one for every store to a kWord, kSymbolWord,
// kTable or kSymbolTable place, whatever its value and size; of the other
// stores (which may meet any object whose address is taken) for those of eight
// bytes or more whose value may be a pointer: not for constants, and not for
// the spilling of a register within the function's own frame unless that frame
// is handed on.
struct PointerStore {
  uint64_t address = 0;  // Of the instruction.
  MemoryPlace place;
  std::vector<ValueOrigin> origins;  // Of the value; never empty.
};

// Data that code refers to: of this file, or an imported symbol, by an
// instruction's own operand or by a base register whose value is known.
struct DataReference {
  enum class Use : uint8_t {
    kRead,
    kWrite,
    kAddress,  // The address itself is had, so all around it may be used.
    kCompared  // Only an end of the range of glibc's vtable check.
  };
  static constexpr uint32_t kNoSymbol = ~uint32_t{0};

  uint64_t address = 0;         // Of a symbol: the offset from it.
  uint32_t symbol = kNoSymbol;  // Index in ElfImage::symbol_names().
  Use use = Use::kAddress;
  uint8_t size_bytes = 0;  // Of kRead and kWrite; 0 if not known.
  auto operator<=>(const DataReference&) const = default;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_VALUE_ORIGIN_H_
