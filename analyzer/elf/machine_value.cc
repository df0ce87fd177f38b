#include "analyzer/elf/machine_value.h"

#include <algorithm>

namespace bailey::analyzer {

MachineValue Join(const MachineValue& a, const MachineValue& b) {
  if (a == b) return a;
  const bool same_parameter = a.kind == MachineValue::Kind::kParameter &&
                              b.kind == a.kind && a.parameter == b.parameter;
  if (!same_parameter) return {};
  return MachineValue::Parameter(a.parameter,
                                 std::min(a.width_bits, b.width_bits));
}

MachineValue Substitute(const MachineValue& value,
                        const ParameterValues& actual) {
  if (!value.IsPortable()) return {};
  if (value.kind != MachineValue::Kind::kParameter) return value;
  if (value.parameter >= kFollowedParameters) return {};
  MachineValue result = actual[value.parameter];
  if (!result.IsPortable()) return {};
  if (value.width_bits == 64) return result;
  // Only the low half is known to pass: a constant's upper half would be a
  // guess (zero- or sign-extended), unless both extensions agree.
  if (result.kind == MachineValue::Kind::kConstant)
    return result.constant <= 0x7fffffff ? result : MachineValue{};
  result.width_bits = 32;
  return result;
}

}  // namespace bailey::analyzer
