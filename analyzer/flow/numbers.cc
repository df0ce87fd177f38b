#include "analyzer/flow/numbers.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>

#include "analyzer/ir/values.h"

namespace bailey::analyzer {
namespace {

uint64_t LowBits(unsigned width) {
  return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}

uint64_t SignBit(unsigned width) { return uint64_t{1} << (width - 1); }

int64_t Signed(uint64_t value, unsigned width) {
  const uint64_t sign = SignBit(width);
  return static_cast<int64_t>((value ^ sign) - sign);
}

std::optional<uint64_t> Compute(Operation operation, uint64_t a, uint64_t b,
                                uint8_t width) {
  switch (operation) {
    case Operation::kAnd:
      return a & b;
    case Operation::kOr:
      return a | b;
    case Operation::kXor:
      return a ^ b;
    case Operation::kAdd:
      return a + b;
    case Operation::kSubtract:
      return a - b;
    case Operation::kMultiply:
      return a * b;
    case Operation::kShiftLeft:
      return b < width ? std::optional(a << b) : std::nullopt;
    case Operation::kShiftRight:
      return b < width ? std::optional(a >> b) : std::nullopt;
    case Operation::kRemainder:
      return b != 0 ? std::optional(a % b) : std::nullopt;
    default:
      return std::nullopt;
  }
}

bool Compares(Operation comparison, uint64_t a, uint64_t b, uint8_t width) {
  const int64_t x = Signed(a, width);
  const int64_t y = Signed(b, width);
  switch (comparison) {
    case Operation::kEqual:
      return a == b;
    case Operation::kNotEqual:
      return a != b;
    case Operation::kLess:
      return a < b;
    case Operation::kLessOrEqual:
      return a <= b;
    case Operation::kGreater:
      return a > b;
    case Operation::kGreaterOrEqual:
      return a >= b;
    case Operation::kSignedLess:
      return x < y;
    case Operation::kSignedLessOrEqual:
      return x <= y;
    case Operation::kSignedGreater:
      return x > y;
    case Operation::kSignedGreaterOrEqual:
      return x >= y;
    default:
      return true;
  }
}

Numbers ComputeAll(Operation operation, const Numbers& a, const Numbers& b) {
  NumberSet values;
  for (const uint64_t x : a.values()) {
    for (const uint64_t y : b.values()) {
      const auto result = Compute(operation, x, y, a.width());
      if (!result) return Numbers::Any(a.width());
      values.insert(*result & a.all_ones());
    }
  }
  return Numbers::Of(std::move(values), a.width());
}

Numbers Add(const Numbers& a, const Numbers& b) {
  const uint64_t all = a.all_ones();
  if (a.max() > all - b.max()) return Numbers::Any(a.width());
  return Numbers::Range(a.min() + b.min(), a.max() + b.max(), a.width());
}

Numbers Subtract(const Numbers& a, const Numbers& b) {
  if (a.min() < b.max()) return Numbers::Any(a.width());
  return Numbers::Range(a.min() - b.max(), a.max() - b.min(), a.width());
}

Numbers ShiftRight(const Numbers& a, const Numbers& b) {
  if (!b.is_set() || b.values().size() != 1 || b.min() >= a.width())
    return Numbers::Any(a.width());
  return Numbers::Range(a.min() >> b.min(), a.max() >> b.min(), a.width());
}

Numbers ShiftLeft(const Numbers& a, const Numbers& b) {
  if (!b.is_set() || b.values().size() != 1 || b.min() >= a.width())
    return Numbers::Any(a.width());
  const uint64_t all = a.all_ones();
  return Numbers::Bits(
      ((a.zeros() << b.min()) | LowBits(static_cast<unsigned>(b.min()))) & all,
      (a.ones() << b.min()) & all, a.width());
}

// Of an unsigned comparison: what is left of the range.
Numbers Clamp(const Numbers& a, Operation comparison, uint64_t number) {
  uint64_t min = a.min();
  uint64_t max = a.max();
  if (comparison == Operation::kEqual)
    return Numbers::Constant(number, a.width());
  if (comparison == Operation::kLess && number > 0)
    max = std::min(max, number - 1);
  if (comparison == Operation::kLessOrEqual) max = std::min(max, number);
  if (comparison == Operation::kGreater && number < a.all_ones())
    min = std::max(min, number + 1);
  if (comparison == Operation::kGreaterOrEqual) min = std::max(min, number);
  if (comparison == Operation::kNotEqual && number == min && min < max) ++min;
  if (comparison == Operation::kNotEqual && number == max && min < max) --max;
  if (min > max) return Numbers::None(a.width());
  return Numbers::Summary(a.zeros(), a.ones(), min, max, a.width());
}

// The same of a signed one, where both sides are known not to be negative.
Operation Unsigned(Operation comparison) {
  switch (comparison) {
    case Operation::kSignedLess:
      return Operation::kLess;
    case Operation::kSignedLessOrEqual:
      return Operation::kLessOrEqual;
    case Operation::kSignedGreater:
      return Operation::kGreater;
    case Operation::kSignedGreaterOrEqual:
      return Operation::kGreaterOrEqual;
    default:
      return comparison;
  }
}

}  // namespace

uint64_t Numbers::all_ones() const { return LowBits(width_); }

Numbers Numbers::Any(uint8_t width_bits) {
  Numbers any;
  any.width_ = width_bits;
  any.max_ = LowBits(width_bits);
  if (width_bits != 1) return any;
  return Of({0, 1}, 1);
}

Numbers Numbers::None(uint8_t width_bits) { return Of({}, width_bits); }

Numbers Numbers::Constant(uint64_t value, uint8_t width_bits) {
  return Of({value & LowBits(width_bits)}, width_bits);
}

Numbers Numbers::Of(NumberSet values, uint8_t width_bits) {
  Numbers made;
  made.width_ = width_bits;
  made.is_set_ = true;
  made.values_ = std::move(values);
  made.Summarize();
  return made;
}

void Numbers::Summarize() {
  ones_ = LowBits(width_);
  zeros_ = LowBits(width_);
  for (const uint64_t value : values_) {
    ones_ &= value;
    zeros_ &= ~value;
  }
  min_ = values_.empty() ? 0 : *values_.begin();
  max_ = values_.empty() ? LowBits(width_) : *values_.rbegin();
  if (values_.size() <= kMostValues) return;
  is_set_ = false;
  values_.clear();
}

Numbers Numbers::Range(uint64_t min, uint64_t max, uint8_t width_bits) {
  return Summary(0, 0, min, max, width_bits);
}

Numbers Numbers::Bits(uint64_t zeros, uint64_t ones, uint8_t width_bits) {
  return Summary(zeros, ones, 0, LowBits(width_bits), width_bits);
}

// What bits say of the range, and the range of the bits above it.
Numbers Numbers::Summary(uint64_t zeros, uint64_t ones, uint64_t min,
                         uint64_t max, uint8_t width_bits) {
  const uint64_t all = LowBits(width_bits);
  min = std::max(min, ones);
  max = std::min(max, all & ~zeros);
  if (min > max) return None(width_bits);
  zeros |= all & ~LowBits(static_cast<unsigned>(std::bit_width(max)));
  const uint64_t open = all & ~zeros & ~ones;
  constexpr int kListedBits = 4;  // kMostValues values
  NumberSet values;
  if (std::popcount(open) <= kListedBits) {
    for (uint64_t part = 0;; part = (part - open) & open) {
      if ((part | ones) >= min && (part | ones) <= max)
        values.insert(part | ones);
      if (part == open) break;
    }
    return Of(std::move(values), width_bits);
  }
  if (max - min < kMostValues) {
    for (uint64_t value = min; value <= max && value >= min; ++value)
      if ((value & zeros) == 0 && (value & ones) == ones) values.insert(value);
    return Of(std::move(values), width_bits);
  }
  Numbers made = Any(width_bits);
  made.zeros_ = zeros;
  made.ones_ = ones;
  made.min_ = min;
  made.max_ = max;
  return made;
}

bool Numbers::is_any() const {
  return !is_set_ && zeros_ == 0 && ones_ == 0 && min_ == 0 &&
         max_ == all_ones();
}

bool Numbers::operator<(const Numbers& other) const {
  return std::tie(width_, is_set_, values_, zeros_, ones_, min_, max_) <
         std::tie(other.width_, other.is_set_, other.values_, other.zeros_,
                  other.ones_, other.min_, other.max_);
}

ValueFact Numbers::ToFact() const {
  ValueFact fact;
  fact.width_bits = width_;
  if (is_none() || is_any()) return fact;
  fact.known = true;
  for (const uint64_t value : values_)
    fact.values.push_back(static_cast<uint64_t>(Signed(value, width_)));
  std::ranges::sort(fact.values);
  if (is_set_) return fact;
  fact.ranges = {{min_, max_}};
  fact.mask = zeros_ | ones_;
  fact.bits = ones_;
  return fact;
}

Numbers Join(const Numbers& a, const Numbers& b) {
  if (a.width_ != b.width_) return Numbers::Any(a.width_);
  if (a.is_none()) return b;
  if (b.is_none()) return a;
  if (a.is_set_ && b.is_set_) {
    NumberSet values = a.values_;
    values.insert(b.values_.begin(), b.values_.end());
    return Numbers::Of(std::move(values), a.width_);
  }
  return Numbers::Summary(a.zeros_ & b.zeros_, a.ones_ & b.ones_,
                          std::min(a.min_, b.min_), std::max(a.max_, b.max_),
                          a.width_);
}

Numbers Apply(Operation operation, const Numbers& a, const Numbers& b) {
  if (a.width() != b.width()) return Numbers::Any(a.width());
  if (a.is_none() || b.is_none()) return Numbers::None(a.width());
  if (a.is_set() && b.is_set()) return ComputeAll(operation, a, b);
  switch (operation) {
    case Operation::kAnd:
      return Numbers::Bits(a.zeros() | b.zeros(), a.ones() & b.ones(),
                           a.width());
    case Operation::kOr:
      return Numbers::Bits(a.zeros() & b.zeros(), a.ones() | b.ones(),
                           a.width());
    case Operation::kXor:
      return Numbers::Bits((a.zeros() & b.zeros()) | (a.ones() & b.ones()),
                           (a.zeros() & b.ones()) | (a.ones() & b.zeros()),
                           a.width());
    case Operation::kAdd:
      return Add(a, b);
    case Operation::kSubtract:
      return Subtract(a, b);
    case Operation::kShiftLeft:
      return ShiftLeft(a, b);
    case Operation::kShiftRight:
      return ShiftRight(a, b);
    case Operation::kRemainder:
      if (b.min() == 0) return Numbers::Any(a.width());
      return Numbers::Range(0, b.max() - 1, a.width());
    default:
      return Numbers::Any(a.width());
  }
}

Numbers Convert(Operation cast, const Numbers& a, uint8_t width_bits) {
  if (a.is_none()) return Numbers::None(width_bits);
  const uint64_t all = LowBits(width_bits);
  const bool widens = cast == Operation::kSignExtend;
  if (a.is_set()) {
    NumberSet values;
    for (const uint64_t value : a.values())
      values.insert(
          (widens ? static_cast<uint64_t>(Signed(value, a.width())) : value) &
          all);
    return Numbers::Of(std::move(values), width_bits);
  }
  if (cast == Operation::kTruncate) {
    if (a.max() <= all) return Numbers::Range(a.min(), a.max(), width_bits);
    return Numbers::Bits(a.zeros() & all, a.ones() & all, width_bits);
  }
  if (widens && a.max() >= SignBit(a.width())) return Numbers::Any(width_bits);
  return Numbers::Summary(a.zeros() | (all & ~a.all_ones()), a.ones(), a.min(),
                          a.max(), width_bits);
}

Numbers Restrict(const Numbers& a, Operation comparison, uint64_t number) {
  if (a.is_set()) {
    NumberSet values;
    for (const uint64_t value : a.values())
      if (Compares(comparison, value, number, a.width()))
        values.insert(values.end(), value);
    return Numbers::Of(std::move(values), a.width());
  }
  const uint64_t sign = SignBit(a.width());
  const Operation plain = Unsigned(comparison);
  if (plain == comparison) return Clamp(a, comparison, number);
  const int64_t bound = Signed(number, a.width());
  const bool excludes_negative =
      (comparison == Operation::kSignedGreater && bound >= -1) ||
      (comparison == Operation::kSignedGreaterOrEqual && bound >= 0);
  if (excludes_negative) {
    const Numbers positive = Clamp(a, Operation::kLess, sign);
    return bound < 0 ? positive : Clamp(positive, plain, number);
  }
  if (a.max() < sign && number < sign) return Clamp(a, plain, number);
  return a;
}

Numbers Passed(const Numbers& a, uint8_t width_bits) {
  if (a.width() == width_bits) return a;
  if (a.width() < width_bits)
    return a.is_none() ? Numbers::None(width_bits) : Numbers::Any(width_bits);
  return Convert(Operation::kTruncate, a, width_bits);
}

}  // namespace bailey::analyzer
