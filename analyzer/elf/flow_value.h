// What the value flow knows of one register or frame slot, and what arithmetic
// makes of it. Internal to analyzer/elf.
//
//   FlowValue either = Join(FlowValue::Constant(1), FlowValue::Constant(2),
//                           origins);
//
// A value is a small set of constants, a parameter of the function, an address
// in its frame, a small set of pointers whose origin is known, or unknown.

#ifndef BAILEY_ANALYZER_ELF_FLOW_VALUE_H_
#define BAILEY_ANALYZER_ELF_FLOW_VALUE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "analyzer/elf/machine_value.h"
#include "analyzer/elf/origin_table.h"

namespace bailey::analyzer {

// As many as a FlowValue holds, without memory of its own.
template <class Item>
class FewItems {
 public:
  static constexpr int kMax = 4;

  void push_back(const Item& item) { items_[count_++] = item; }
  const Item* begin() const { return items_.data(); }
  const Item* end() const { return items_.data() + count_; }
  Item* begin() { return items_.data(); }
  Item* end() { return items_.data() + count_; }
  const Item& operator[](size_t i) const { return items_[i]; }
  Item& operator[](size_t i) { return items_[i]; }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  std::array<Item, kMax> items_;
  size_t count_ = 0;
};

struct FlowValue {
  enum class Kind : uint8_t {
    kUnknown,
    kConstants,
    kParameter,
    kFrame,  // An address: constants[0] bytes from the return address's place.
    kMaybeFrame,  // Not known, but it may be an address in the frame.
    kOrigins      // One of the pointers whose numbers are in `constants`.
  };
  static constexpr int kMaxConstants = FewItems<uint64_t>::kMax;

  Kind kind = Kind::kUnknown;
  uint8_t count = 0;  // Of constants, which are sorted.
  uint8_t width_bits = 64;
  int16_t parameter = 0;
  std::array<uint64_t, kMaxConstants> constants{};

  static FlowValue Constant(uint64_t value);
  static FlowValue Frame(int64_t offset);
  static FlowValue Parameter(int index);
  static FlowValue Origin(const PointerOrigin& origin, OriginTable& origins);
  bool operator==(const FlowValue&) const = default;

  bool IsKnown() const { return kind != Kind::kUnknown; }
  bool IsFrame() const { return kind == Kind::kFrame; }
  bool MayBeFrame() const { return IsFrame() || kind == Kind::kMaybeFrame; }
  bool HasOrigins() const { return kind == Kind::kOrigins; }
  bool IsOnlyConstant() const { return kind == Kind::kConstants && count == 1; }
  int64_t offset() const { return static_cast<int64_t>(constants[0]); }
};

// The pointers that a value may be; empty if that is not known.
FewItems<PointerOrigin> OriginsOf(const FlowValue& value,
                                  const OriginTable& origins);
// The single pointer that a value is, or null.
const PointerOrigin* OnlyOrigin(const FlowValue& value,
                                const OriginTable& origins);
FlowValue FromOrigins(const FewItems<PointerOrigin>& pointers,
                      OriginTable& origins);

FlowValue Join(const FlowValue& a, const FlowValue& b, OriginTable& origins);
// What is left when only the low 32 bits are kept, zero-extended: of a number,
// or of a pointer, too.
FlowValue LowHalf(const FlowValue& number);
FlowValue LowHalf(const FlowValue& value, const OriginTable& origins);
// What is left when the low 32 bits are sign-extended.
FlowValue SignExtended(const FlowValue& value, const OriginTable& origins);
FlowValue Sum(const FlowValue& value, uint64_t amount, OriginTable& origins);
// Of addresses of one file the distance is known.
FlowValue Difference(const FlowValue& a, const FlowValue& b,
                     OriginTable& origins);
FlowValue And(const FlowValue& value, uint64_t mask);
FlowValue Or(const FlowValue& value, uint64_t mask);
// `ror $17` and `rol $17`; `xor` with the guard.
FlowValue Rotated(const FlowValue& value, bool is_right, OriginTable& origins);
FlowValue GuardXored(const FlowValue& value, OriginTable& origins);

// As the outside sees it: one constant, one address, a parameter, or unknown.
MachineValue ToMachineValue(const FlowValue& value, const OriginTable& origins);
// Never empty.
std::vector<ValueOrigin> ToValueOrigins(const FlowValue& value,
                                        const OriginTable& origins);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_FLOW_VALUE_H_
