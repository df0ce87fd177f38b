#include "policy-compiler/language/expression_parser.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace bailey::policy {
namespace {

using Kind = ArgumentExpression::Kind;

struct BinaryOperator {
  std::string_view symbol;
  ConstantOp op;
  int level;  // the higher, the closer it binds
};

constexpr int kOrLevel = 0;
constexpr int kAndLevel = 1;
constexpr int kUnaryLevel = 4;
constexpr std::array<BinaryOperator, 5> kBinaryOperators = {{
    {"|", ConstantOp::kOr, kOrLevel},
    {"&", ConstantOp::kAnd, kAndLevel},
    {"<<", ConstantOp::kShiftLeft, 2},
    {"+", ConstantOp::kAdd, 3},
    {"-", ConstantOp::kSubtract, 3},
}};

struct Relation {
  std::string_view symbol;
  CompareOp op;
};

constexpr std::array<Relation, 6> kRelations = {{
    {"==", CompareOp::kEqual},
    {"!=", CompareOp::kNotEqual},
    {"<", CompareOp::kLess},
    {"<=", CompareOp::kLessEqual},
    {">", CompareOp::kGreater},
    {">=", CompareOp::kGreaterEqual},
}};

// What C programmers write in place of a comparison.
std::string HintForC(std::string_view found) {
  if (found == ")" || found == ",")
    return "an argument is compared by its name, as in `fd == 2` or `flags & "
           "O_CREAT == 0`";
  if (found == "=") return "write `==`";
  return "";
}

}  // namespace

// One operand is itself; more are a list of `kind`.
ExpressionParser::Tests ExpressionParser::Join(
    Kind kind, std::vector<ArgumentExpression> operands, SourceSpan span) {
  if (operands.size() == 1) return std::move(operands.front());
  for (const ArgumentExpression& operand : operands)
    if (!IsTest(operand)) return std::nullopt;
  ArgumentExpression joined;
  joined.kind = kind;
  joined.operands = std::move(operands);
  joined.span = span;
  return joined;
}

// INVARIANT: no kOperand leaves the parser, since Join, Not and Comparison
// (outside parentheses) each refuse one.
bool ExpressionParser::IsTest(const ArgumentExpression& expression) {
  if (expression.kind != Kind::kOperand) return true;
  cursor_.report().Error(expression.span,
                         "expected a comparison, found an argument alone",
                         "say with what it is compared: `!= 0`");
  return false;
}

bool ExpressionParser::Enter() {
  if (++depth_ <= kMaxDepth) return true;
  cursor_.report().Error(cursor_.Peek().span(),
                         "the expression nests more than " +
                             std::to_string(kMaxDepth) + " levels deep");
  return false;
}

bool ExpressionParser::CountPart() {
  if (++parts_ <= kMaxExpressionParts) return true;
  if (parts_ == kMaxExpressionParts + 1) {
    cursor_.report().Error(cursor_.Peek().span(),
                           "the text has more than " +
                               std::to_string(kMaxExpressionParts) +
                               " parts of expressions");
  }
  return false;
}

std::optional<ConstantExpression> ExpressionParser::Constant() {
  depth_ = 0;  // an error leaves the levels that it was found in
  return Level(kOrLevel);
}

ExpressionParser::Constants ExpressionParser::Level(int level) {
  if (level == kUnaryLevel) return Unary();
  const size_t begin = cursor_.position();
  Constants first = Level(level + 1);
  if (!first) return std::nullopt;
  ConstantExpression chain;
  chain.kind = ConstantExpression::Kind::kChain;
  for (bool more = true; more;) {
    more = false;
    for (const BinaryOperator& candidate : kBinaryOperators) {
      if (candidate.level != level || !cursor_.AcceptSymbol(candidate.symbol))
        continue;
      Constants next = Level(level + 1);
      if (!next) return std::nullopt;
      chain.operators.push_back(candidate.op);
      chain.operands.push_back(*std::move(next));
      more = true;
      break;
    }
  }
  if (chain.operators.empty()) return first;
  chain.operands.insert(chain.operands.begin(), *std::move(first));
  chain.span = cursor_.SpanSince(begin);
  return chain;
}

ExpressionParser::Constants ExpressionParser::Unary() {
  const size_t begin = cursor_.position();
  const bool negate = cursor_.AtSymbol("-");
  if (!negate && !cursor_.AtSymbol("~")) return Primary();
  if (!Enter() || !CountPart()) return std::nullopt;
  cursor_.Next();
  Constants operand = Unary();
  Leave();
  if (!operand) return std::nullopt;
  ConstantExpression result;
  result.kind = negate ? ConstantExpression::Kind::kNegate
                       : ConstantExpression::Kind::kComplement;
  result.operands.push_back(*std::move(operand));
  result.span = cursor_.SpanSince(begin);
  return result;
}

ExpressionParser::Constants ExpressionParser::Primary() {
  if (!CountPart()) return std::nullopt;
  const size_t begin = cursor_.position();
  ConstantExpression result;
  if (cursor_.AcceptSymbol("(")) {
    if (!Enter()) return std::nullopt;
    Constants inner = Level(kOrLevel);
    Leave();
    if (!inner || !cursor_.ExpectSymbol(")")) return std::nullopt;
    return inner;
  }
  if (cursor_.Peek().kind == TokenKind::kNumber) {
    const auto number = cursor_.ExpectNumber("");
    if (!number) return std::nullopt;
    result.number = *number;
  } else if (cursor_.Peek().kind == TokenKind::kIdentifier) {
    result.kind = ConstantExpression::Kind::kName;
    result.name = std::string(cursor_.TextOf(cursor_.Next()));
  } else {
    cursor_.Unexpected("a number or a named constant",
                       cursor_.Peek().kind == TokenKind::kString
                           ? "a filter sees numbers, never what a pointer "
                             "points to; `allow file read \"PATH\";` and its "
                             "like decide by path"
                           : "");
    return std::nullopt;
  }
  result.span = cursor_.SpanSince(begin);
  return result;
}

std::optional<ArgumentExpression> ExpressionParser::Arguments() {
  depth_ = 0;
  const size_t begin = cursor_.position();
  std::vector<ArgumentExpression> all;
  do {
    Tests next = Any();
    if (!next) return std::nullopt;
    all.push_back(*std::move(next));
  } while (cursor_.AcceptSymbol(","));
  return Join(Kind::kAll, std::move(all), cursor_.SpanSince(begin));
}

ExpressionParser::Tests ExpressionParser::Any() {
  const size_t begin = cursor_.position();
  std::vector<ArgumentExpression> operands;
  do {
    Tests next = All();
    if (!next) return std::nullopt;
    operands.push_back(*std::move(next));
  } while (AcceptEither("or", "||"));
  return Join(Kind::kAny, std::move(operands), cursor_.SpanSince(begin));
}

ExpressionParser::Tests ExpressionParser::All() {
  const size_t begin = cursor_.position();
  std::vector<ArgumentExpression> operands;
  do {
    Tests next = Not();
    if (!next) return std::nullopt;
    operands.push_back(*std::move(next));
  } while (AcceptEither("and", "&&"));
  return Join(Kind::kAll, std::move(operands), cursor_.SpanSince(begin));
}

ExpressionParser::Tests ExpressionParser::Not() {
  const size_t begin = cursor_.position();
  if (!AcceptEither("not", "!")) return Test();
  if (!Enter() || !CountPart()) return std::nullopt;
  Tests operand = Not();
  Leave();
  if (!operand || !IsTest(*operand)) return std::nullopt;
  return Negated(*std::move(operand), begin);
}

ExpressionParser::Tests ExpressionParser::Negated(ArgumentExpression inner,
                                                  size_t begin) {
  ArgumentExpression result;
  result.kind = Kind::kNot;
  result.operands.push_back(std::move(inner));
  result.span = cursor_.SpanSince(begin);
  return result;
}

bool ExpressionParser::AcceptEither(std::string_view word,
                                    std::string_view symbol) {
  return cursor_.AcceptWord(word) || cursor_.AcceptSymbol(symbol);
}

std::string ExpressionParser::ArgumentHint() const {
  if (cursor_.Peek().kind == TokenKind::kNumber) return HintForC(",");
  return "";
}

ExpressionParser::Tests ExpressionParser::Test() {
  if (!CountPart()) return std::nullopt;
  const size_t begin = cursor_.position();
  if (cursor_.AtSymbol("(")) {
    Tests inner = Parenthesised();
    if (!inner || inner->kind != Kind::kOperand) return inner;
    return Comparison(*std::move(inner), begin);
  }
  auto name = cursor_.ExpectName("the name of an argument", ArgumentHint());
  if (!name) return std::nullopt;
  ArgumentExpression operand;
  operand.kind = Kind::kOperand;
  operand.operand.argument = *std::move(name);
  return Comparison(std::move(operand), begin);
}

// Either a condition, or an operand alone: `(flags & O_CREAT) == 0`.
ExpressionParser::Tests ExpressionParser::Parenthesised() {
  cursor_.Next();
  if (!Enter()) return std::nullopt;
  Tests inner = Any();
  Leave();
  if (!inner || !cursor_.ExpectSymbol(")")) return std::nullopt;
  return inner;
}

bool ExpressionParser::Mask(Operand& operand) {
  while (cursor_.AcceptSymbol("&")) {
    Constants mask = Level(kAndLevel);
    if (!mask) return false;
    operand.masks.push_back(*std::move(mask));
  }
  if (!cursor_.AtSymbol("|")) return true;
  cursor_.Unexpected("a comparison",
                     "put the mask in parentheses: `flags & (A | B) == 0`");
  return false;
}

std::optional<CompareOp> ExpressionParser::Operator() {
  for (const Relation& relation : kRelations)
    if (cursor_.AcceptSymbol(relation.symbol)) return relation.op;
  cursor_.Unexpected(
      "a comparison (`==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`)",
      HintForC(cursor_.PeekText()));
  return std::nullopt;
}

ExpressionParser::Tests ExpressionParser::Comparison(ArgumentExpression operand,
                                                     size_t begin) {
  if (!Mask(operand.operand)) return std::nullopt;
  if (cursor_.AtWord("in")) return Set(std::move(operand), begin);
  if (cursor_.AtWord("not") && cursor_.AtWord("in", 1)) {
    cursor_.Next();  // `not`
    Tests set = Set(std::move(operand), begin);
    return set ? Negated(*std::move(set), begin) : std::nullopt;
  }
  // Inside parentheses an operand may stand alone: the comparison follows them.
  if (cursor_.AtSymbol(")") && depth_ > 0) {
    operand.span = cursor_.SpanSince(begin);
    return operand;
  }
  const auto op = Operator();
  if (!op) return std::nullopt;
  Constants value = Level(kOrLevel);
  if (!value) return std::nullopt;
  operand.kind = Kind::kCompare;
  operand.op = *op;
  operand.items.push_back({*std::move(value), std::nullopt});
  operand.span = cursor_.SpanSince(begin);
  return operand;
}

ExpressionParser::Tests ExpressionParser::Set(ArgumentExpression operand,
                                              size_t begin) {
  cursor_.Next();  // `in`
  if (!cursor_.ExpectSymbol("{", "a set: `in {AF_UNIX, AF_INET}`"))
    return std::nullopt;
  ++cursor_.open_sets;
  do {
    auto item = Item();
    if (!item) return std::nullopt;
    operand.items.push_back(*std::move(item));
  } while (cursor_.AcceptSymbol(","));
  if (!cursor_.ExpectSymbol("}")) return std::nullopt;
  --cursor_.open_sets;
  operand.kind = Kind::kIn;
  operand.span = cursor_.SpanSince(begin);
  return operand;
}

std::optional<SetItem> ExpressionParser::Item() {
  Constants first = Level(kOrLevel);
  if (!first) return std::nullopt;
  SetItem item{*std::move(first), std::nullopt};
  if (cursor_.AcceptSymbol("..")) {
    Constants last = Level(kOrLevel);
    if (!last) return std::nullopt;
    item.last = *std::move(last);
  }
  return item;
}

}  // namespace bailey::policy
