// Conditions as unions of cubes: see argument_cubes.h.

#include "policy-compiler/formats/argument_cubes.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/compare_op.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

using Cubes = std::optional<ArgumentCubes>;

ArgumentCube OneArgument(int argument, uint64_t mask, uint64_t value) {
  ArgumentCube cube;
  cube.mask[static_cast<size_t>(argument)] = mask;
  cube.value[static_cast<size_t>(argument)] = value & mask;
  return cube;
}

std::optional<ArgumentCube> Meet(const ArgumentCube& a, const ArgumentCube& b) {
  ArgumentCube both;
  for (size_t i = 0; i < 6; ++i) {
    const uint64_t shared = a.mask[i] & b.mask[i];
    if (((a.value[i] ^ b.value[i]) & shared) != 0) return std::nullopt;
    both.mask[i] = a.mask[i] | b.mask[i];
    both.value[i] = a.value[i] | b.value[i];
  }
  return both;
}

bool Covers(const ArgumentCube& wide, const ArgumentCube& narrow) {
  for (size_t i = 0; i < 6; ++i)
    if ((wide.mask[i] & ~narrow.mask[i]) != 0 ||
        ((wide.value[i] ^ narrow.value[i]) & wide.mask[i]) != 0)
      return false;
  return true;
}

// Keeps the list free of cubes that another one covers.
void Insert(ArgumentCubes& cubes, const ArgumentCube& cube) {
  for (const ArgumentCube& other : cubes)
    if (Covers(other, cube)) return;
  std::erase_if(cubes,
                [&](const ArgumentCube& other) { return Covers(cube, other); });
  cubes.push_back(cube);
}

// The part of `from` outside `hole`, without overlaps: for each bit that the
// hole fixes and `from` leaves open, the half with the other value, the bits
// before it as the hole has them.
void Subtract(ArgumentCube from, const ArgumentCube& hole,
              ArgumentCubes& result) {
  for (size_t i = 0; i < 6; ++i) {
    uint64_t open = hole.mask[i] & ~from.mask[i];
    while (open != 0) {
      const uint64_t bit = std::bit_floor(open);
      open &= ~bit;
      ArgumentCube half = from;
      half.mask[i] |= bit;
      half.value[i] |= ~hole.value[i] & bit;
      result.push_back(half);
      from.mask[i] |= bit;
      from.value[i] |= hole.value[i] & bit;
    }
  }
}

// Aligned blocks that make up first..last, within the low `top` bits.
ArgumentCubes Blocks(int argument, uint64_t top, uint64_t first,
                     uint64_t last) {
  ArgumentCubes blocks;
  while (true) {
    uint64_t below = 0;  // the block's free bits
    while (true) {
      const uint64_t wider = below << 1 | 1;
      const bool fits =
          wider <= top && (first & wider) == 0 && last - first >= wider;
      if (!fits || wider == below) break;
      below = wider;
    }
    blocks.push_back(OneArgument(argument, top & ~below, first));
    if (last - first <= below) return blocks;
    first += below + 1;
  }
}

struct Interval {
  uint64_t first;
  uint64_t last;
};

// The ordered comparison's values, counted from the least: a signed argument's
// are moved up by half the range.
std::optional<Interval> ValuesOf(CompareOp op, uint64_t value, uint64_t top) {
  switch (op) {
    case CompareOp::kLess:
      if (value == 0) return std::nullopt;
      return Interval{0, value - 1};
    case CompareOp::kLessEqual:
      return Interval{0, value};
    case CompareOp::kGreater:
      if (value == top) return std::nullopt;
      return Interval{value + 1, top};
    case CompareOp::kGreaterEqual:
      return Interval{value, top};
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      break;
  }
  CHECK(false);
}

// A block of (x & mask)'s values says nothing of x's bits outside the mask: one
// that needs such a bit set is empty.
void Mask(ArgumentCubes& cubes, size_t argument, uint64_t mask) {
  std::erase_if(cubes, [&](const ArgumentCube& cube) {
    return (cube.value[argument] & ~mask) != 0;
  });
  for (ArgumentCube& cube : cubes) cube.mask[argument] &= mask;
}

Cubes OrderedCubes(const Comparison& comparison, CompareOp op) {
  const uint64_t top = LowBits(comparison.width_bits);
  const uint64_t sign =
      comparison.is_signed ? uint64_t{1} << (comparison.width_bits - 1) : 0;
  const auto values = ValuesOf(op, (comparison.value & top) ^ sign, top);
  if (!values) return ArgumentCubes{};
  ArgumentCubes cubes =
      Blocks(comparison.argument, top, values->first, values->last);
  const auto argument = static_cast<size_t>(comparison.argument);
  for (ArgumentCube& cube : cubes)
    cube.value[argument] ^= sign & cube.mask[argument];
  Mask(cubes, argument, comparison.mask & top);
  return cubes;
}

Cubes CompareCubes(const Comparison& comparison, bool negated) {
  const CompareOp op = negated ? Opposite(comparison.op) : comparison.op;
  const uint64_t top = LowBits(comparison.width_bits);
  const uint64_t mask = comparison.mask & top;
  const bool reachable = (comparison.value & top & ~mask) == 0;
  const ArgumentCube equal =
      OneArgument(comparison.argument, mask, comparison.value);
  if (op == CompareOp::kEqual)
    return reachable ? ArgumentCubes{equal} : ArgumentCubes{};
  if (op != CompareOp::kNotEqual) return OrderedCubes(comparison, op);
  if (!reachable) return ArgumentCubes{ArgumentCube{}};
  ArgumentCubes cubes;
  Subtract(ArgumentCube{}, equal, cubes);
  return cubes;
}

class CubeBuilder {
 public:
  explicit CubeBuilder(size_t limit) : limit_(limit) {}

  // Recursion is as deep as the condition, which the parser bounds.
  Cubes Of(const Condition& condition, bool negated) {
    using Kind = Condition::Kind;
    if (condition.kind == Kind::kCompare)
      return Bounded(CompareCubes(condition.comparison, negated));
    if (condition.kind == Kind::kNot)
      return Of(condition.operands.front(), !negated);
    const bool every = (condition.kind == Kind::kAll) != negated;
    return every ? Every(condition, negated) : Some(condition, negated);
  }

 private:
  Cubes Bounded(Cubes cubes) const {
    if (cubes && cubes->size() > limit_) return std::nullopt;
    return cubes;
  }

  Cubes Some(const Condition& condition, bool negated) {
    ArgumentCubes all;
    for (const Condition& operand : condition.operands) {
      const Cubes next = Of(operand, negated);
      if (!next) return std::nullopt;
      for (const ArgumentCube& cube : *next) Insert(all, cube);
      if (all.size() > limit_) return std::nullopt;
    }
    return all;
  }

  Cubes Every(const Condition& condition, bool negated) {
    ArgumentCubes all = {ArgumentCube{}};
    for (const Condition& operand : condition.operands) {
      const Cubes next = Of(operand, negated);
      if (!next) return std::nullopt;
      Cubes both = Product(all, *next);
      if (!both) return std::nullopt;
      all = *std::move(both);
    }
    return all;
  }

  Cubes Product(const ArgumentCubes& a, const ArgumentCubes& b) const {
    ArgumentCubes product;
    for (const ArgumentCube& left : a) {
      for (const ArgumentCube& right : b)
        if (const auto both = Meet(left, right)) Insert(product, *both);
      if (product.size() > limit_) return std::nullopt;
    }
    return product;
  }

  const size_t limit_;
};

}  // namespace

std::optional<ArgumentCubes> CubesOf(const Condition& condition, size_t limit) {
  return CubeBuilder(limit).Of(condition, /*negated=*/false);
}

std::optional<ArgumentCubes> Without(ArgumentCubes all,
                                     const ArgumentCubes& taken, size_t limit) {
  for (const ArgumentCube& hole : taken) {
    ArgumentCubes left;
    for (const ArgumentCube& cube : all) {
      const auto both = Meet(cube, hole);
      if (both)
        Subtract(cube, *both, left);
      else
        left.push_back(cube);
      if (left.size() > limit) return std::nullopt;
    }
    all = std::move(left);
  }
  return all;
}

}  // namespace bailey::policy
