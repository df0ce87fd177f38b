#include "analyzer/elf/flow_value.h"

#include <algorithm>
#include <optional>

#include "analyzer/elf/wrapping.h"

namespace bailey::analyzer {
namespace {

using Kind = FlowValue::Kind;
using Stage = PointerOrigin::Stage;

FlowValue FromUnsorted(Kind kind, FewItems<uint64_t> set) {
  std::sort(set.begin(), set.end());
  FlowValue value;
  if (set.empty()) return value;
  value.kind = kind;
  for (uint64_t item : set)
    if (value.count == 0 || value.constants[value.count - 1] != item)
      value.constants[value.count++] = item;
  return value;
}

template <class Change>
FlowValue MapConstants(const FlowValue& value, Change change) {
  FewItems<uint64_t> changed;
  for (int i = 0; i < value.count; ++i)
    changed.push_back(change(value.constants[i]));
  return FromUnsorted(Kind::kConstants, changed);
}

// `change` gives an optional pointer for each; one without makes all unknown.
template <class Change>
FlowValue MapOrigins(const FlowValue& value, OriginTable& origins,
                     Change change) {
  FewItems<uint64_t> changed;
  for (const PointerOrigin& origin : OriginsOf(value, origins)) {
    const std::optional<PointerOrigin> result = change(origin);
    if (!result) return {};
    changed.push_back(origins.Intern(*result));
  }
  return FromUnsorted(Kind::kOrigins, changed);
}

// Of the same kind; unknown if they are too many.
FlowValue Union(const FlowValue& a, const FlowValue& b) {
  std::array<uint64_t, size_t{2} * FlowValue::kMaxConstants> all;
  const auto end = std::set_union(
      a.constants.begin(), a.constants.begin() + a.count, b.constants.begin(),
      b.constants.begin() + b.count, all.begin());
  if (end - all.begin() > FlowValue::kMaxConstants) return {};
  FlowValue value;
  value.kind = a.kind;
  value.count = static_cast<uint8_t>(end - all.begin());
  std::copy(all.begin(), end, value.constants.begin());
  return value;
}

FlowValue HalfParameter(const FlowValue& value) {
  FlowValue half = value;
  half.width_bits = 32;
  return half;
}

// In a file that is loaded where it says, an address is a number too.
bool IsLowAddress(const PointerOrigin& origin, const OriginTable& origins) {
  return !origins.is_position_independent() &&
         origin.IsPlain(PointerOrigin::Kind::kAddress) &&
         origin.address <= 0x7fffffff;
}

bool AreLowAddresses(const FlowValue& value, const OriginTable& origins) {
  if (!value.HasOrigins()) return false;
  for (int i = 0; i < value.count; ++i)
    if (!IsLowAddress(origins.At(value.constants[i]), origins)) return false;
  return true;
}

}  // namespace

FlowValue FlowValue::Constant(uint64_t value) {
  FlowValue constant;
  constant.kind = Kind::kConstants;
  constant.count = 1;
  constant.constants[0] = value;
  return constant;
}

FlowValue FlowValue::Frame(int64_t offset) {
  FlowValue value;
  value.kind = Kind::kFrame;
  value.constants[0] = static_cast<uint64_t>(offset);
  return value;
}

FlowValue FlowValue::Parameter(int index) {
  FlowValue value;
  value.kind = Kind::kParameter;
  value.parameter = static_cast<int16_t>(index);
  return value;
}

FlowValue FlowValue::Origin(const PointerOrigin& origin, OriginTable& origins) {
  FlowValue value;
  value.kind = Kind::kOrigins;
  value.count = 1;
  value.constants[0] = origins.Intern(origin);
  return value;
}

FewItems<PointerOrigin> OriginsOf(const FlowValue& value,
                                  const OriginTable& origins) {
  FewItems<PointerOrigin> pointers;
  if (value.kind == Kind::kParameter && value.width_bits == 64)
    pointers.push_back(PointerOrigin::Parameter(value.parameter));
  if (value.kind == Kind::kConstants)
    for (int i = 0; i < value.count; ++i)
      pointers.push_back(PointerOrigin::Constant(value.constants[i]));
  if (value.kind == Kind::kOrigins)
    for (int i = 0; i < value.count; ++i)
      pointers.push_back(origins.At(value.constants[i]));
  return pointers;
}

const PointerOrigin* OnlyOrigin(const FlowValue& value,
                                const OriginTable& origins) {
  if (value.kind != Kind::kOrigins || value.count != 1) return nullptr;
  return &origins.At(value.constants[0]);
}

FlowValue FromOrigins(const FewItems<PointerOrigin>& pointers,
                      OriginTable& origins) {
  FewItems<uint64_t> ids;
  for (const PointerOrigin& pointer : pointers)
    ids.push_back(origins.Intern(pointer));
  return FromUnsorted(Kind::kOrigins, ids);
}

FlowValue Join(const FlowValue& a, const FlowValue& b, OriginTable& origins) {
  if (a == b) return a;
  if (a.MayBeFrame() || b.MayBeFrame()) {
    FlowValue either;
    either.kind = Kind::kMaybeFrame;
    return either;
  }
  if (!a.IsKnown() || !b.IsKnown()) return {};
  if (a.kind == b.kind && a.kind != Kind::kParameter) return Union(a, b);
  if (a.kind == b.kind && a.parameter == b.parameter) return HalfParameter(a);
  const auto ids_of = [&](const FlowValue& value) {
    return FromOrigins(OriginsOf(value, origins), origins);
  };
  const FlowValue first = ids_of(a);
  const FlowValue second = ids_of(b);
  if (!first.IsKnown() || !second.IsKnown()) return {};
  return Union(first, second);
}

FlowValue LowHalf(const FlowValue& number) {
  if (number.kind == Kind::kConstants)
    return MapConstants(number, [](uint64_t c) { return c & 0xffffffff; });
  return number.kind == Kind::kParameter ? HalfParameter(number) : FlowValue{};
}

FlowValue LowHalf(const FlowValue& value, const OriginTable& origins) {
  return AreLowAddresses(value, origins) ? value : LowHalf(value);
}

FlowValue SignExtended(const FlowValue& value, const OriginTable& origins) {
  if (value.kind == Kind::kConstants)
    return MapConstants(value, [](uint64_t c) {
      // SAFETY: two's complement: the low half's top bit becomes the sign.
      return static_cast<uint64_t>(int64_t{static_cast<int32_t>(c)});
    });
  if (value.kind == Kind::kParameter) return HalfParameter(value);
  return AreLowAddresses(value, origins) ? value : FlowValue{};
}

FlowValue Sum(const FlowValue& value, uint64_t amount, OriginTable& origins) {
  const auto signed_amount = static_cast<int64_t>(amount);
  if (amount == 0) return value;
  if (value.IsFrame())
    return FlowValue::Frame(WrappingSum(value.offset(), signed_amount));
  if (value.kind == Kind::kConstants)
    return value.IsOnlyConstant()
               ? FlowValue::Constant(value.constants[0] + amount)
               : FlowValue{};
  const auto move = [&](const PointerOrigin& origin) {
    return origin.Moved(signed_amount);
  };
  if (value.kind == Kind::kParameter && value.width_bits == 64)
    return FlowValue::Origin(
        PointerOrigin::Parameter(value.parameter, signed_amount), origins);
  return MapOrigins(value, origins, move);
}

FlowValue Difference(const FlowValue& a, const FlowValue& b,
                     OriginTable& origins) {
  if (b.IsOnlyConstant()) return Sum(a, 0 - b.constants[0], origins);
  const PointerOrigin* from = OnlyOrigin(a, origins);
  const PointerOrigin* to = OnlyOrigin(b, origins);
  const bool are_addresses = from && to &&
                             from->IsPlain(PointerOrigin::Kind::kAddress) &&
                             to->IsPlain(PointerOrigin::Kind::kAddress);
  if (!are_addresses) return {};
  return FlowValue::Constant(from->address - to->address);
}

FlowValue And(const FlowValue& value, uint64_t mask) {
  if (mask == 0) return FlowValue::Constant(0);
  if (value.IsOnlyConstant())
    return FlowValue::Constant(value.constants[0] & mask);
  return mask == ~uint64_t{0} ? value : FlowValue{};
}

FlowValue Or(const FlowValue& value, uint64_t mask) {
  if (mask == ~uint64_t{0}) return FlowValue::Constant(mask);
  if (value.IsOnlyConstant())
    return FlowValue::Constant(value.constants[0] | mask);
  return mask == 0 ? value : FlowValue{};
}

FlowValue Rotated(const FlowValue& value, bool is_right, OriginTable& origins) {
  const Stage before = is_right ? Stage::kPlain : Stage::kXored;
  const Stage after = is_right ? Stage::kRotatedRight : Stage::kPutOn;
  return MapOrigins(value.kind == Kind::kParameter
                        ? FromOrigins(OriginsOf(value, origins), origins)
                        : value,
                    origins,
                    [&](PointerOrigin origin) -> std::optional<PointerOrigin> {
                      if (origin.stage != before) return std::nullopt;
                      origin.stage = after;
                      return origin;
                    });
}

FlowValue GuardXored(const FlowValue& value, OriginTable& origins) {
  return MapOrigins(FromOrigins(OriginsOf(value, origins), origins), origins,
                    [](PointerOrigin origin) -> std::optional<PointerOrigin> {
                      if (origin.stage != Stage::kPlain &&
                          origin.stage != Stage::kRotatedRight)
                        return std::nullopt;
                      origin.stage = origin.stage == Stage::kPlain
                                         ? Stage::kXored
                                         : Stage::kTakenOff;
                      return origin;
                    });
}

MachineValue ToMachineValue(const FlowValue& value,
                            const OriginTable& origins) {
  if (value.IsOnlyConstant()) return MachineValue::Constant(value.constants[0]);
  if (value.kind == Kind::kParameter)
    return MachineValue::Parameter(value.parameter, value.width_bits);
  if (value.IsFrame()) return MachineValue::Frame(value.offset());
  const PointerOrigin* origin = OnlyOrigin(value, origins);
  if (origin == nullptr) return {};
  if (origin->IsPlain(PointerOrigin::Kind::kAddress))
    return MachineValue::Address(origin->address);
  if (origin->IsPlain(PointerOrigin::Kind::kSymbol))
    return MachineValue::Symbol(origin->symbol,
                                static_cast<uint64_t>(origin->offset));
  return {};
}

std::vector<ValueOrigin> ToValueOrigins(const FlowValue& value,
                                        const OriginTable& origins) {
  std::vector<ValueOrigin> outside;
  for (const PointerOrigin& origin : OriginsOf(value, origins))
    outside.push_back(origin.ToValueOrigin());
  if (value.IsFrame()) {
    ValueOrigin frame;
    frame.kind = ValueOrigin::Kind::kAddress;
    frame.value = MachineValue::Frame(value.offset());
    outside.push_back(frame);
  }
  if (outside.empty()) outside.emplace_back();
  return outside;
}

}  // namespace bailey::analyzer
