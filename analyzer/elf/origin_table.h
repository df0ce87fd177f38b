// The pointers that the value flow follows, each named once and then known by
// its number: addresses, what a place in memory holds, what a call returned.
// Internal to analyzer/elf.
//
//   OriginTable origins(/*is_position_independent=*/true);
//   uint32_t id = origins.Intern(PointerOrigin::Address(0x4010));
//   ValueOrigin outside = origins.At(id).ToValueOrigin();
//
// Numbers are given in the order of first use, so they are the same in each
// run.

#ifndef BAILEY_ANALYZER_ELF_ORIGIN_TABLE_H_
#define BAILEY_ANALYZER_ELF_ORIGIN_TABLE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/elf/value_origin.h"

namespace bailey::analyzer {

struct PointerOrigin {
  enum class Kind : uint8_t {
    kConstant,
    kParameter,  // Plus `offset`.
    kAddress,    // `address` in the file.
    kSymbol,     // Plus `offset`.
    kLoaded,     // What `offset` etc., a place of kind `place`, has held.
    kReturned,   // By the call at `address`.
    kChecked,    // In the `range_bytes` at `address`, or accepted elsewhere.
    kRejected    // Not in them, and accepted by nobody yet.
  };
  // How far glibc's pointer guard is taken off or put on.
  enum class Stage : uint8_t {
    kPlain,
    kRotatedRight,  // `ror $17`
    kTakenOff,      // … and `xor %fs:0x30`
    kXored,         // `xor %fs:0x30`
    kPutOn          // … and `rol $17`
  };

  Kind kind = Kind::kConstant;
  Stage stage = Stage::kPlain;
  MemoryPlace::Kind place = MemoryPlace::Kind::kUnknown;
  // For kLoaded: 1 if the pointer that led there is itself of kind kChecked.
  bool is_vtable = false;
  uint16_t stride = 0;
  int16_t parameter = 0;
  uint32_t symbol = 0;
  uint32_t range_bytes = 0;
  uint64_t address = 0;
  int64_t offset = 0;

  static PointerOrigin Constant(uint64_t value);
  static PointerOrigin Parameter(int index, int64_t offset = 0);
  static PointerOrigin Address(uint64_t address);
  static PointerOrigin Symbol(uint32_t symbol, int64_t offset = 0);
  static PointerOrigin Loaded(const MemoryPlace& place);
  static PointerOrigin Returned(uint64_t call);

  bool IsPlain(Kind wanted) const {
    return kind == wanted && stage == Stage::kPlain;
  }
  // `amount` bytes further, if that can be said.
  std::optional<PointerOrigin> Moved(int64_t amount) const;
  MemoryPlace Place() const;  // Of kLoaded.
  ValueOrigin ToValueOrigin() const;
  bool operator==(const PointerOrigin&) const = default;
};

class OriginTable {
 public:
  explicit OriginTable(bool is_position_independent)
      : is_position_independent_(is_position_independent) {}

  uint32_t Intern(const PointerOrigin& origin);
  // Forgets all, and so begins the numbers again.
  void Clear();
  const PointerOrigin& At(uint64_t id) const { return origins_[id]; }
  // Then an address is no number that can be told.
  bool is_position_independent() const { return is_position_independent_; }

 private:
  uint32_t& PlaceOf(const PointerOrigin& origin);
  void Grow();

  bool is_position_independent_;
  std::vector<PointerOrigin> origins_;
  // Open addressing: a number + 1 each, 0 where it is free. The size is a power
  // of two, more than half of it free.
  std::vector<uint32_t> places_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_ORIGIN_TABLE_H_
