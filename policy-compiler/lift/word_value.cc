// Values of the filter machine as functions of one word, and what a test of
// such a value says about the word: each operation is undone, the last first.

#include "policy-compiler/lift/word_value.h"

#include <linux/filter.h>

#include <algorithm>
#include <bit>

#include "common/check.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxSteps = 16;
constexpr uint32_t kAllBits = ~uint32_t{0};
constexpr int kMostBitsTried = 8;  // of a word, where nothing else helps

uint32_t Compute(uint16_t operation, uint32_t a, uint32_t b) {
  switch (operation) {
    case BPF_ADD:
      return a + b;
    case BPF_SUB:
      return a - b;
    case BPF_MUL:
      return a * b;
    case BPF_DIV:
      return b == 0 ? 0 : a / b;
    case BPF_AND:
      return a & b;
    case BPF_OR:
      return a | b;
    case BPF_XOR:
      return a ^ b;
    case BPF_LSH:
      return a << (b & 31);
    case BPF_RSH:
      return a >> (b & 31);
    case BPF_NEG:
      return 0u - a;
    default:
      CHECK(false && "ValidateBpf admits no other operation");
  }
}

uint32_t Applied(const WordStep& step, uint32_t value) {
  return step.constant_first ? Compute(step.operation, step.constant, value)
                             : Compute(step.operation, value, step.constant);
}

RegisterValue WithStep(RegisterValue value, const WordStep& step) {
  if (value.steps.size() == kMaxSteps) return RegisterValue::Unknown();
  value.steps.push_back(step);
  return value;
}

using Undone = std::optional<MaskedSet>;

bool IsSingle(const ValueSet& set) {
  return set.size() == 1 && set[0].first == set[0].last;
}

bool IsFromBitZero(uint64_t mask) { return (mask & (mask + 1)) == 0; }

// (x + c) & mask in values, the mask being the low bits.
MaskedSet Shifted(const MaskedSet& wanted, uint32_t added) {
  ValueSet values;
  for (const ValueInterval& interval : wanted.values) {
    const uint64_t first = (interval.first - added) & wanted.mask;
    const uint64_t last = (interval.last - added) & wanted.mask;
    if (first <= last) {
      values = Union(values, {{first, last}});
    } else {
      values = Union(values, {{0, last}});
      values = Union(values, {{first, wanted.mask}});
    }
  }
  return {wanted.mask, values};
}

Undone UndoAdd(const MaskedSet& wanted, uint32_t added) {
  if (!IsFromBitZero(wanted.mask)) return std::nullopt;
  return Shifted(wanted, added);
}

Undone UndoNegate(const MaskedSet& wanted) {
  if (!IsFromBitZero(wanted.mask)) return std::nullopt;
  // -x = ~x + 1, and ~x turns the order around.
  MaskedSet turned{wanted.mask, {}};
  const MaskedSet less = Shifted(wanted, 1);
  for (const ValueInterval& interval : less.values)
    turned.values =
        Union(turned.values,
              {{wanted.mask - interval.last, wanted.mask - interval.first}});
  return turned;
}

// Of one value; `flipped` and `forced` are the bits that the operation turns
// and sets.
Undone UndoBits(const MaskedSet& wanted, uint32_t flipped, uint32_t forced) {
  const ValueSet others =
      OfMask(Complement(wanted.values, wanted.mask), wanted.mask);
  const bool direct = IsSingle(wanted.values);
  if (!direct && !IsSingle(others)) return std::nullopt;
  const uint64_t value =
      (direct ? wanted.values : others)[0].first ^ (flipped & wanted.mask);
  const uint64_t mask = wanted.mask & ~uint64_t{forced};
  const bool possible = (~value & forced & wanted.mask) == 0;
  MaskedSet undone{mask, {}};
  if (possible) undone.values = {{value & mask, value & mask}};
  return direct ? undone : MaskedSet{mask, Complement(undone.values, mask)};
}

MaskedSet UndoRight(const MaskedSet& wanted, uint32_t bits) {
  MaskedSet undone{(wanted.mask << bits) & kAllBits, {}};
  const uint64_t most = kAllBits >> bits;
  const uint64_t below = (uint64_t{1} << bits) - 1;
  for (const auto& [first, last] : Intersection(wanted.values, {{0, most}}))
    undone.values.push_back({first << bits, (last << bits) | below});
  return undone;
}

MaskedSet UndoLeft(const MaskedSet& wanted, uint32_t bits) {
  MaskedSet undone{wanted.mask >> bits, {}};
  const uint64_t below = (uint64_t{1} << bits) - 1;
  for (const auto& [first, last] : wanted.values) {
    const uint64_t low = (first + below) >> bits;
    if (low <= last >> bits)
      undone.values = Union(undone.values, {{low, last >> bits}});
  }
  return undone;
}

Undone UndoDivide(const MaskedSet& wanted, uint32_t divisor) {
  if (std::has_single_bit(divisor))
    return UndoRight(wanted, static_cast<uint32_t>(std::countr_zero(divisor)));
  if (wanted.mask != kAllBits || divisor == 0) return std::nullopt;
  MaskedSet undone{kAllBits, {}};
  const uint64_t most = kAllBits / divisor;
  for (const auto& [first, last] : Intersection(wanted.values, {{0, most}}))
    undone.values.push_back(
        {first * divisor,
         std::min<uint64_t>(last * divisor + divisor - 1, kAllBits)});
  return undone;
}

Undone UndoMultiply(const MaskedSet& wanted, uint32_t factor) {
  if (!std::has_single_bit(factor)) return std::nullopt;
  return UndoLeft(wanted, static_cast<uint32_t>(std::countr_zero(factor)));
}

Undone Undo(const WordStep& step, const MaskedSet& wanted) {
  const uint32_t k = step.constant;
  if (step.constant_first) return std::nullopt;
  switch (step.operation) {
    case BPF_ADD:
      return UndoAdd(wanted, k);
    case BPF_SUB:
      return UndoAdd(wanted, 0u - k);
    case BPF_NEG:
      return UndoNegate(wanted);
    case BPF_AND:
      return MaskedSet{wanted.mask & k, wanted.values};
    case BPF_XOR:
      return UndoBits(wanted, k, 0);
    case BPF_OR:
      return UndoBits(wanted, 0, k);
    case BPF_RSH:
      return UndoRight(wanted, k & 31);
    case BPF_LSH:
      return UndoLeft(wanted, k & 31);
    case BPF_DIV:
      return UndoDivide(wanted, k);
    case BPF_MUL:
      return UndoMultiply(wanted, k);
    default:
      return std::nullopt;
  }
}

// Of a value that depends on few bits: each of their values is tried.
Undone TryAll(const RegisterValue& value, const MaskedSet& wanted) {
  const uint32_t mask = BitsUsed(value);
  if (std::popcount(mask) > kMostBitsTried) return std::nullopt;
  MaskedSet found{mask, {}};
  for (std::optional<uint64_t> word = 0; word; word = NextOfMask(*word, mask)) {
    const uint32_t got = ValueAt(value, static_cast<uint32_t>(*word));
    if (Contains(wanted.values, got & wanted.mask))
      found.values = Union(found.values, {{*word, *word}});
  }
  return found;
}

}  // namespace

RegisterValue RegisterValue::Constant(uint32_t value) {
  return {.kind = Kind::kConstant, .constant = value, .word = 0, .steps = {}};
}
RegisterValue RegisterValue::Word(uint8_t word) {
  return {.kind = Kind::kWord, .constant = 0, .word = word, .steps = {}};
}
RegisterValue RegisterValue::Unknown() {
  return {.kind = Kind::kUnknown, .constant = 0, .word = 0, .steps = {}};
}

RegisterValue Computed(uint16_t operation, const RegisterValue& left,
                       const RegisterValue& right) {
  using Kind = RegisterValue::Kind;
  const bool unary = operation == BPF_NEG;
  if (left.kind == Kind::kConstant && (unary || right.kind == Kind::kConstant))
    return RegisterValue::Constant(
        Compute(operation, left.constant, right.constant));
  if (left.kind == Kind::kWord && (unary || right.kind == Kind::kConstant))
    return WithStep(left, {operation, unary ? 0 : right.constant, false});
  if (left.kind != Kind::kConstant || right.kind != Kind::kWord)
    return RegisterValue::Unknown();
  const bool commutes = operation == BPF_ADD || operation == BPF_MUL ||
                        operation == BPF_AND || operation == BPF_OR ||
                        operation == BPF_XOR;
  return WithStep(right, {operation, left.constant, !commutes});
}

uint32_t ValueAt(const RegisterValue& value, uint32_t word) {
  for (const WordStep& step : value.steps) word = Applied(step, word);
  return word;
}

uint32_t BitsUsed(const RegisterValue& value) {
  if (value.steps.empty()) return kAllBits;
  const auto& [operation, constant, constant_first] = value.steps.front();
  const bool shifts = operation == BPF_LSH || operation == BPF_RSH;
  if (constant_first) return shifts ? 31 : kAllBits;
  if (operation == BPF_AND) return constant;
  if (operation == BPF_RSH) return kAllBits << (constant & 31);
  if (operation == BPF_LSH) return kAllBits >> (constant & 31);
  return kAllBits;
}

std::optional<MaskedSet> Preimage(const RegisterValue& value,
                                  const MaskedSet& wanted) {
  Undone undone = MaskedSet{wanted.mask, OfMask(wanted.values, wanted.mask)};
  for (size_t i = value.steps.size(); i-- > 0 && undone;) {
    undone = Undo(value.steps[i], *undone);
    if (undone) undone->values = OfMask(undone->values, undone->mask);
  }
  if (!undone) return TryAll(value, wanted);
  return Canonical(*undone, 32);
}

}  // namespace bailey::policy
