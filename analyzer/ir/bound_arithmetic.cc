#include "analyzer/ir/bound_arithmetic.h"

#include <algorithm>
#include <optional>

namespace bailey::analyzer {
namespace {

bool IsSmall(int64_t value) {
  return value >= -kMostExtent && value <= kMostExtent;
}

ArgumentBound Checked(ArgumentBound bound) {
  bound.is_known =
      IsSmall(bound.addend) && bound.factor <= uint64_t{kMostExtent};
  return bound.is_known ? bound : ArgumentBound();
}

// The part that depends on an argument: of the one that has such a part, or of
// both, if it is the same argument. Nothing if that cannot be said.
std::optional<ArgumentBound> CommonArgument(const ArgumentBound& a,
                                            const ArgumentBound& b) {
  if (!a.is_known || !b.is_known) return std::nullopt;
  if (a.argument >= 0 && b.argument >= 0 && a.argument != b.argument)
    return std::nullopt;
  ArgumentBound common = a.argument >= 0 ? a : b;
  // As an unsigned number it is never less than as a signed one.
  if (a.argument == b.argument) common.is_signed = a.is_signed && b.is_signed;
  return common;
}

}  // namespace

ArgumentBound MovedBy(ArgumentBound bound, int64_t distance) {
  if (!bound.is_known || !IsSmall(distance)) return {};
  bound.addend += distance;
  return Checked(bound);
}

ArgumentBound Inexact(ArgumentBound bound) {
  bound.is_exact = false;
  return bound;
}

ArgumentBound ConstantBound(uint64_t value) {
  if (value > uint64_t{kMostExtent}) return {};
  ArgumentBound bound;
  bound.is_known = true;
  bound.is_exact = true;
  bound.addend = static_cast<int64_t>(value);
  return bound;
}

ArgumentBound AboveBoth(const ArgumentBound& a, const ArgumentBound& b) {
  std::optional<ArgumentBound> above = CommonArgument(a, b);
  if (!above) return {};
  if (a == b) return a;
  above->factor = std::max(a.factor, b.factor);
  above->addend = std::max(a.addend, b.addend);
  above->is_exact = false;
  return *above;
}

ArgumentBound SumOf(const ArgumentBound& a, const ArgumentBound& b) {
  std::optional<ArgumentBound> sum = CommonArgument(a, b);
  if (!sum) return {};
  sum->factor = a.factor + b.factor;
  sum->addend = a.addend + b.addend;
  sum->is_exact = a.is_exact && b.is_exact;
  return Checked(*sum);
}

ArgumentBound TimesOf(ArgumentBound bound, uint64_t count) {
  if (!bound.is_known || count > uint64_t{kMostExtent}) return {};
  bound.factor *= count;
  bound.addend *= static_cast<int64_t>(count);
  return Checked(bound);
}

}  // namespace bailey::analyzer
