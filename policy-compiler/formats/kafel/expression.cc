#include "policy-compiler/formats/kafel/expression.h"

#include <utility>
#include <vector>

#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/language/compare_op.h"

namespace bailey::policy {
namespace {

constexpr int kMaxKafelDepth = 100;
constexpr uint64_t kLow = 0xffffffff;

struct RelationSymbol {
  std::string_view symbol;
  CompareOp op;
};
constexpr RelationSymbol kRelationSymbols[] = {
    {"==", CompareOp::kEqual},  {"!=", CompareOp::kNotEqual},
    {"<", CompareOp::kLess},    {"<=", CompareOp::kLessEqual},
    {">", CompareOp::kGreater}, {">=", CompareOp::kGreaterEqual},
};

bool Satisfies(uint64_t left, CompareOp op, uint64_t right) {
  switch (op) {
    case CompareOp::kEqual:
      return left == right;
    case CompareOp::kNotEqual:
      return left != right;
    case CompareOp::kLess:
      return left < right;
    case CompareOp::kLessEqual:
      return left <= right;
    case CompareOp::kGreater:
      return left > right;
    case CompareOp::kGreaterEqual:
      return left >= right;
  }
  return false;
}

}  // namespace

std::optional<Condition> KafelExpressionParser::Parse() {
  depth_ = 0;
  const KafelToken& begin = cursor_.Peek();
  Nodes node = List();
  if (!IsTest(node, begin)) return std::nullopt;
  return std::move(node->condition);
}

bool KafelExpressionParser::IsTest(const Nodes& node,
                                   const KafelToken& at) const {
  if (!node) return false;
  if (!node->value) return true;
  at.file->report.Error(at.span(), "expected a comparison, found a value alone",
                        "say with what it is compared: `!= 0`");
  return false;
}

bool KafelExpressionParser::IsValue(const Nodes& node,
                                    const KafelToken& at) const {
  if (!node) return false;
  if (node->value) return true;
  at.file->report.Error(at.span(), "expected a value, found a comparison");
  return false;
}

bool KafelExpressionParser::Enter() {
  if (++depth_ <= kMaxKafelDepth) return true;
  const KafelToken& at = cursor_.Peek();
  at.file->report.Error(at.span(), "the expression nests more than " +
                                       std::to_string(kMaxKafelDepth) +
                                       " levels deep");
  return false;
}

// Operands of one operator; a single one may be a number.
KafelExpressionParser::Nodes KafelExpressionParser::Chain(
    std::string_view symbol, Nodes (KafelExpressionParser::*operand)(),
    Condition (*join)(std::vector<Condition>)) {
  const KafelToken* at = &cursor_.Peek();
  Nodes first = (this->*operand)();
  if (!first || !cursor_.At(symbol)) return first;
  if (!IsTest(first, *at)) return std::nullopt;
  std::vector<Condition> tests{std::move(first->condition)};
  while (cursor_.Accept(symbol)) {
    at = &cursor_.Peek();
    Nodes next = (this->*operand)();
    if (!IsTest(next, *at)) return std::nullopt;
    tests.push_back(std::move(next->condition));
  }
  return Node{std::nullopt, join(std::move(tests))};
}

KafelExpressionParser::Nodes KafelExpressionParser::List() {
  return Chain(",", &KafelExpressionParser::Any, OneHolds);
}

KafelExpressionParser::Nodes KafelExpressionParser::Any() {
  return Chain("||", &KafelExpressionParser::All, OneHolds);
}

KafelExpressionParser::Nodes KafelExpressionParser::All() {
  return Chain("&&", &KafelExpressionParser::Test, AllHold);
}

KafelExpressionParser::Nodes KafelExpressionParser::Test() {
  if (!cursor_.Accept("!")) {
    Nodes left = BitOr();
    if (!left || !left->value) return left;
    return Compared(*std::move(left));
  }
  if (!Enter()) return std::nullopt;
  const KafelToken& at = cursor_.Peek();
  Nodes operand = Test();
  --depth_;
  if (!IsTest(operand, at)) return std::nullopt;
  return Node{std::nullopt, Negated(operand->condition)};
}

KafelExpressionParser::Nodes KafelExpressionParser::Compared(Node left) {
  for (const RelationSymbol& relation : kRelationSymbols) {
    if (!cursor_.Accept(relation.symbol)) continue;
    const KafelToken& at = cursor_.Peek();
    const Nodes right = BitOr();
    if (!IsValue(right, at)) return std::nullopt;
    return Node{std::nullopt, Compare(*left.value, relation.op, *right->value)};
  }
  return left;
}

KafelExpressionParser::Nodes KafelExpressionParser::BitOr() {
  const KafelToken* at = &cursor_.Peek();
  Nodes left = BitAnd();
  while (left && cursor_.At("|")) {
    if (!IsValue(left, *at)) return std::nullopt;
    cursor_.Next();
    at = &cursor_.Peek();
    const Nodes right = BitAnd();
    if (!IsValue(right, *at)) return std::nullopt;
    left->value = Or(*left->value, *right->value);
  }
  return left;
}

KafelExpressionParser::Nodes KafelExpressionParser::BitAnd() {
  const KafelToken* at = &cursor_.Peek();
  Nodes left = Operand();
  while (left && cursor_.At("&")) {
    if (!IsValue(left, *at)) return std::nullopt;
    cursor_.Next();
    at = &cursor_.Peek();
    const Nodes right = Operand();
    if (!IsValue(right, *at)) return std::nullopt;
    left->value = And(*left->value, *right->value);
  }
  return left;
}

KafelExpressionParser::Nodes KafelExpressionParser::Operand() {
  if (cursor_.AtKind(KafelToken::Kind::kNumber))
    return Node{Number(cursor_.Next().number), {}};
  if (cursor_.AtKind(KafelToken::Kind::kName)) return Name();
  if (!cursor_.At("(")) {
    cursor_.Unexpected("an argument, a constant or a number");
    return std::nullopt;
  }
  if (!Enter()) return std::nullopt;
  cursor_.Next();
  Nodes inner = List();
  --depth_;
  if (!inner || !cursor_.Expect(")")) return std::nullopt;
  return inner;
}

KafelExpressionParser::Nodes KafelExpressionParser::Name() {
  const KafelToken& token = cursor_.Next();
  const auto constant = constants_.find(token.text());
  if (constant != constants_.end()) return Node{Number(constant->second), {}};
  const std::optional<KafelArgument> found = find_(token.text());
  if (!found) {
    token.file->report.Error(
        token.span(),
        "the call has no argument and the file no constant " +
            Quoted(token.text()),
        "declare the arguments, `call(a, b) { a == 1 }`, or define the "
        "constant before it is used");
    return std::nullopt;
  }
  Value value;
  value.kind = Value::Kind::kArgument;
  value.argument = found->index;
  value.mask = ~uint64_t{0};
  value.is_wide = found->bytes == 8;
  return Node{value, {}};
}

KafelExpressionParser::Value KafelExpressionParser::Number(uint64_t number) {
  Value value;
  value.bits = number;
  value.is_wide = number > kLow;
  return value;
}

KafelExpressionParser::Value KafelExpressionParser::And(const Value& left,
                                                        const Value& right) {
  using Kind = Value::Kind;
  if (left.kind == Kind::kNumber && right.kind == Kind::kNumber)
    return Number(left.bits & right.bits);
  if (left.kind == Kind::kNumber) return And(right, left);
  if (right.kind == Kind::kNumber && right.bits == 0) return Number(0);
  if (right.kind == Kind::kNumber && right.bits == ~uint64_t{0}) return left;
  Value value = left;
  value.is_wide = left.is_wide || right.is_wide;
  const bool other =
      right.kind != Kind::kNumber &&
      (right.kind == Kind::kSeveral || left.argument != right.argument);
  if (left.kind == Kind::kSeveral || other) {
    value.kind = Kind::kSeveral;
    return value;
  }
  value.bits = left.bits & right.bits;
  value.mask =
      (left.mask & (right.mask | right.bits)) | (left.bits & right.mask);
  return value;
}

KafelExpressionParser::Value KafelExpressionParser::Or(const Value& left,
                                                       const Value& right) {
  using Kind = Value::Kind;
  if (left.kind == Kind::kNumber && right.kind == Kind::kNumber)
    return Number(left.bits | right.bits);
  if (left.kind == Kind::kNumber) return Or(right, left);
  if (right.kind == Kind::kNumber && right.bits == ~uint64_t{0})
    return Number(right.bits);
  if (right.kind == Kind::kNumber && right.bits == 0) return left;
  Value value = left;
  value.is_wide = left.is_wide || right.is_wide;
  const bool other =
      right.kind != Kind::kNumber &&
      (right.kind == Kind::kSeveral || left.argument != right.argument);
  if (left.kind == Kind::kSeveral || other) {
    value.kind = Kind::kSeveral;
    return value;
  }
  value.bits = left.bits | right.bits;
  value.mask = (left.mask | right.mask) & ~value.bits;
  return value;
}

// Folded constants are compared whole; what is left in 32 bits where no part is
// wider.
Condition KafelExpressionParser::Compare(Value left, CompareOp op,
                                         Value right) {
  using Kind = Value::Kind;
  if (left.kind == Kind::kNumber && right.kind == Kind::kNumber)
    return Satisfies(left.bits, op, right.bits) ? Always() : Never();
  if (left.kind == Kind::kNumber) {
    std::swap(left, right);
    op = Mirrored(op);
  }
  if (left.kind == Kind::kSeveral || right.kind != Kind::kNumber)
    return UnknownTest();
  if (!left.is_wide && !right.is_wide) {
    left.mask &= kLow;
    left.bits &= kLow;
  }
  return CompareWithNumber(left, op, right.bits);
}

Condition KafelExpressionParser::CompareWithNumber(const Value& left,
                                                   CompareOp op,
                                                   uint64_t number) {
  if (left.bits == 0) return FullCompare(left.argument, left.mask, op, number);
  if (op == CompareOp::kNotEqual)
    return Negated(CompareWithNumber(left, CompareOp::kEqual, number));
  std::vector<Condition> tests;
  for (const MaskedEquality& test :
       MaskedEqualities(left.mask, left.bits, op, number))
    tests.push_back(
        FullCompare(left.argument, test.mask, CompareOp::kEqual, test.value));
  return OneHolds(std::move(tests));
}

}  // namespace bailey::policy
