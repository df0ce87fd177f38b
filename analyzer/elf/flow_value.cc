// The values of flow_state.h: how two of them join, and what arithmetic does.

#include <algorithm>

#include "analyzer/elf/flow_state.h"

namespace bailey::analyzer {
namespace {

FlowValue FromSet(const std::vector<uint64_t>& sorted) {
  FlowValue value;
  if (sorted.size() > FlowValue::kMaxConstants) return value;
  value.kind = FlowValue::Kind::kConstants;
  value.count = static_cast<uint8_t>(sorted.size());
  std::copy(sorted.begin(), sorted.end(), value.constants.begin());
  return value;
}

template <class Change>
FlowValue MapConstants(const FlowValue& value, Change change) {
  std::vector<uint64_t> changed;
  for (int i = 0; i < value.count; ++i)
    changed.push_back(change(value.constants[i]));
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return FromSet(changed);
}

FlowValue Union(const FlowValue& a, const FlowValue& b) {
  std::vector<uint64_t> all;
  std::set_union(a.constants.begin(), a.constants.begin() + a.count,
                 b.constants.begin(), b.constants.begin() + b.count,
                 std::back_inserter(all));
  return FromSet(all);
}

FlowValue HalfParameter(const FlowValue& value) {
  FlowValue half = value;
  half.width_bits = 32;
  return half;
}

}  // namespace

FlowValue FlowValue::Constant(uint64_t value) { return FromSet({value}); }

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

MachineValue FlowValue::ToMachineValue() const {
  if (kind == Kind::kConstants && count == 1)
    return MachineValue::Constant(constants[0]);
  if (kind == Kind::kParameter)
    return MachineValue::Parameter(parameter, width_bits);
  return {};
}

FlowValue Join(const FlowValue& a, const FlowValue& b) {
  if (a == b) return a;
  if (a.MayBeFrame() || b.MayBeFrame()) {
    FlowValue either;
    either.kind = FlowValue::Kind::kMaybeFrame;
    return either;
  }
  if (a.kind != b.kind) return {};
  if (a.kind == FlowValue::Kind::kConstants) return Union(a, b);
  if (a.kind == FlowValue::Kind::kParameter && a.parameter == b.parameter)
    return HalfParameter(a);
  return {};
}

FlowValue LowHalf(const FlowValue& value) {
  if (value.kind == FlowValue::Kind::kConstants)
    return MapConstants(value, [](uint64_t c) { return c & 0xffffffff; });
  if (value.kind == FlowValue::Kind::kParameter) return HalfParameter(value);
  return {};
}

FlowValue SignExtended(const FlowValue& value) {
  if (value.kind == FlowValue::Kind::kConstants)
    return MapConstants(value, [](uint64_t c) {
      // SAFETY: two's complement: the low half's top bit becomes the sign.
      return static_cast<uint64_t>(int64_t{static_cast<int32_t>(c)});
    });
  if (value.kind == FlowValue::Kind::kParameter) return HalfParameter(value);
  return {};
}

}  // namespace bailey::analyzer
