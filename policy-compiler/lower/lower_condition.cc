// Comparisons of 16, 32 and 64 bits as tests of 32-bit words.
//
//   64-bit `==`        hi == vh && lo == vl
//   64-bit `>=`        hi == vh ? lo >= vl : hi >= vh
//   signed `>=`        the top word split by its sign bit S, unsigned on both
//                      sides: v >= 0:  x >= v && x < S
//                             v <  0:  x < S || x >= v
//
// Every other operator is `==` or `>=` with the branches swapped or with the
// value one higher.

#include "common/check.h"
#include "policy-compiler/lower/lower.h"

namespace bailey::policy {
namespace {

// A comparison's value and mask, and one word of it.
struct Operand {
  uint8_t low_word;
  uint8_t high_word;
  bool is_wide;  // 64 bits
  bool is_signed;
  uint64_t mask;  // no bit above the width
  uint64_t value;
  uint64_t sign_bit;
  uint64_t maximum;  // all bits of the width
};

uint64_t LowBits(int count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

Operand OperandOf(const Comparison& comparison) {
  const uint64_t all = LowBits(comparison.width_bits);
  return {.low_word = LowWord(comparison.argument),
          .high_word = HighWord(comparison.argument),
          .is_wide = comparison.width_bits == 64,
          .is_signed = comparison.is_signed,
          .mask = comparison.mask & all,
          .value = comparison.value,
          .sign_bit = uint64_t{1} << (comparison.width_bits - 1),
          .maximum = all};
}

uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }

NodeId LowerEqual(DecisionGraph& graph, const Operand& operand, NodeId if_true,
                  NodeId if_false) {
  const NodeId low = graph.Branch(
      EqualTest(operand.low_word, Low(operand.value), Low(operand.mask)),
      if_true, if_false);
  if (!operand.is_wide) return low;
  return graph.Branch(
      EqualTest(operand.high_word, High(operand.value), High(operand.mask)),
      low, if_false);
}

// (word & mask) >= k, where `sign` is the sign bit if the word is the one that
// holds it, else 0.
NodeId LowerWordGreaterEqual(DecisionGraph& graph, const WordTest& test,
                             uint32_t sign, NodeId if_true, NodeId if_false) {
  if (sign == 0) return graph.Branch(test, if_true, if_false);
  const WordTest negative = AnyBitTest(test.word, sign & test.mask);
  if (test.k < sign) {
    return graph.Branch(negative, if_false,
                        graph.Branch(test, if_true, if_false));
  }
  return graph.Branch(negative, graph.Branch(test, if_true, if_false), if_true);
}

NodeId LowerGreaterEqual(DecisionGraph& graph, const Operand& operand,
                         NodeId if_true, NodeId if_false) {
  const uint64_t sign = operand.is_signed ? operand.sign_bit : 0;
  const WordTest low =
      GreaterEqualTest(operand.low_word, Low(operand.value), Low(operand.mask));
  if (!operand.is_wide) {
    return LowerWordGreaterEqual(graph, low, Low(sign), if_true, if_false);
  }
  const uint32_t k = High(operand.value);
  const uint32_t mask = High(operand.mask);
  const NodeId if_equal = graph.Branch(low, if_true, if_false);
  const NodeId if_other =
      LowerWordGreaterEqual(graph, GreaterEqualTest(operand.high_word, k, mask),
                            High(sign), if_true, if_false);
  return graph.Branch(EqualTest(operand.high_word, k, mask), if_equal,
                      if_other);
}

// x > v is x >= v + 1, unless v is the greatest value that there is.
NodeId LowerGreater(DecisionGraph& graph, Operand operand, NodeId if_true,
                    NodeId if_false) {
  const uint64_t greatest =
      operand.is_signed ? operand.sign_bit - 1 : operand.maximum;
  if (operand.value == greatest) return if_false;
  operand.value = (operand.value + 1) & operand.maximum;
  return LowerGreaterEqual(graph, operand, if_true, if_false);
}

NodeId LowerComparison(DecisionGraph& graph, const Comparison& comparison,
                       NodeId if_true, NodeId if_false) {
  const Operand operand = OperandOf(comparison);
  switch (comparison.op) {
    case CompareOp::kEqual:
      return LowerEqual(graph, operand, if_true, if_false);
    case CompareOp::kNotEqual:
      return LowerEqual(graph, operand, if_false, if_true);
    case CompareOp::kLess:
      return LowerGreaterEqual(graph, operand, if_false, if_true);
    case CompareOp::kGreaterEqual:
      return LowerGreaterEqual(graph, operand, if_true, if_false);
    case CompareOp::kLessEqual:
      return LowerGreater(graph, operand, if_false, if_true);
    case CompareOp::kGreater:
      return LowerGreater(graph, operand, if_true, if_false);
  }
  CHECK(false && "a comparison has one of six operators");
}

}  // namespace

NodeId LowerCondition(DecisionGraph& graph, const Condition& condition,
                      NodeId if_true, NodeId if_false) {
  const auto& operands = condition.operands;
  switch (condition.kind) {
    case Condition::Kind::kCompare:
      return LowerComparison(graph, condition.comparison, if_true, if_false);
    case Condition::Kind::kNot:
      return LowerCondition(graph, operands.front(), if_false, if_true);
    case Condition::Kind::kAll: {
      NodeId node = if_true;
      for (auto at = operands.rbegin(); at != operands.rend(); ++at) {
        node = LowerCondition(graph, *at, node, if_false);
      }
      return node;
    }
    case Condition::Kind::kAny: {
      NodeId node = if_false;
      for (auto at = operands.rbegin(); at != operands.rend(); ++at) {
        node = LowerCondition(graph, *at, if_true, node);
      }
      return node;
    }
  }
  CHECK(false && "a condition has one of four kinds");
}

}  // namespace bailey::policy
