// Comparisons, against what the kernel's own types say, over values derived
// from the constants and the widths.

#include "policy-compiler/language/evaluator.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace bailey::policy {
namespace {

const std::vector<CompareOp> kOps = {
    CompareOp::kEqual,     CompareOp::kNotEqual, CompareOp::kLess,
    CompareOp::kLessEqual, CompareOp::kGreater,  CompareOp::kGreaterEqual};

template <class T>
bool Relation(CompareOp op, T a, T b) {
  switch (op) {
    case CompareOp::kEqual:
      return a == b;
    case CompareOp::kNotEqual:
      return a != b;
    case CompareOp::kLess:
      return a < b;
    case CompareOp::kLessEqual:
      return a <= b;
    case CompareOp::kGreater:
      return a > b;
    case CompareOp::kGreaterEqual:
      return a >= b;
  }
  return false;
}

// As SYSCALL_DEFINE casts a register to its argument's type.
template <class T>
bool AsKernel(CompareOp op, uint64_t argument, uint64_t mask, uint64_t value) {
  return Relation(op, static_cast<T>(argument & mask), static_cast<T>(value));
}

struct Type {
  uint8_t bits;
  bool is_signed;
  std::function<bool(CompareOp, uint64_t, uint64_t, uint64_t)> kernel;
};

const std::vector<Type> kTypes = {
    {16, false, AsKernel<uint16_t>}, {32, false, AsKernel<uint32_t>},
    {32, true, AsKernel<int32_t>},   {64, false, AsKernel<uint64_t>},
    {64, true, AsKernel<int64_t>},
};

// Around zero, the ends of each width and its sign, and each of them with
// rubbish in the bits that a narrower type does not have.
std::vector<uint64_t> InterestingValues() {
  std::vector<uint64_t> values;
  for (const int bit : {0, 1, 15, 16, 31, 32, 63}) {
    const uint64_t edge = uint64_t{1} << bit;
    for (const uint64_t value : {edge - 1, edge, edge + 1, 0 - edge})
      for (const uint64_t rubbish :
           {uint64_t{0}, uint64_t{0xdead} << 48, uint64_t{0xdeadbeef} << 32,
            uint64_t{0xdead} << 16})
        values.push_back(value ^ rubbish);
  }
  return values;
}

TEST(EvaluatorTest, ComparesWhatTheKernelReads) {
  const std::vector<uint64_t> values = InterestingValues();
  const std::vector<uint64_t> masks = {~uint64_t{0}, 0xf, 0x8000,
                                       uint64_t{0x80000000}};
  for (const Type& type : kTypes) {
    const uint64_t all = ~uint64_t{0} >> (64 - type.bits);
    for (const uint64_t constant : values) {
      for (const uint64_t mask : masks) {
        for (const CompareOp op : kOps) {
          const Comparison comparison{.argument = 3,
                                      .width_bits = type.bits,
                                      .is_signed = type.is_signed,
                                      .mask = mask,
                                      .op = op,
                                      .value = constant & all};
          for (const uint64_t argument : values) {
            SeccompData data;
            data.arguments[3] = argument;
            ASSERT_EQ(Holds(comparison, data),
                      type.kernel(op, argument, mask, constant & all))
                << int{type.bits} << (type.is_signed ? " signed " : " ")
                << static_cast<int>(op) << " " << std::hex << argument << " & "
                << mask << " ? " << constant;
          }
        }
      }
    }
  }
}

Condition Leaf(int argument, uint64_t value) {
  Condition leaf;
  leaf.kind = Condition::Kind::kCompare;
  leaf.comparison.argument = argument;
  leaf.comparison.value = value;
  return leaf;
}

Condition Node(Condition::Kind kind, std::vector<Condition> operands) {
  Condition node;
  node.kind = kind;
  node.operands = std::move(operands);
  return node;
}

TEST(EvaluatorTest, JoinsConditions) {
  using Kind = Condition::Kind;
  const Condition all = Node(Kind::kAll, {Leaf(0, 1), Leaf(1, 1)});
  const Condition any = Node(Kind::kAny, {Leaf(0, 1), Leaf(1, 1)});
  const Condition neither = Node(Kind::kNot, {any});
  for (const uint64_t a : {0, 1}) {
    for (const uint64_t b : {0, 1}) {
      SeccompData data;
      data.arguments = {a, b};
      EXPECT_EQ(Holds(all, data), a == 1 && b == 1);
      EXPECT_EQ(Holds(any, data), a == 1 || b == 1);
      EXPECT_EQ(Holds(neither, data), a == 0 && b == 0);
    }
  }
}

TEST(EvaluatorTest, AllOfNothingIsTrueAndAnyOfNothingFalse) {
  EXPECT_TRUE(Holds(Condition{}, SeccompData{}));
  EXPECT_FALSE(Holds(Node(Condition::Kind::kAny, {}), SeccompData{}));
}

}  // namespace
}  // namespace bailey::policy
