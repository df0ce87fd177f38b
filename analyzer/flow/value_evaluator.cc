#include "analyzer/flow/value_evaluator.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

namespace bailey::analyzer {
namespace {

constexpr int kMostDepth = 64;
constexpr int kMostCalls = 6;      // one in the other
constexpr int kMostSteps = 20000;  // for one value
constexpr int kMostRounds = 12;    // around a loop

bool ComesBack(const ValueExpression& expression, uint64_t choice) {
  return (expression.kind == ExpressionKind::kCycle &&
          expression.number == choice) ||
         std::ranges::any_of(expression.operands,
                             [&](const ValueExpression& operand) {
                               return ComesBack(operand, choice);
                             });
}

bool IsVariableName(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
  });
}

}  // namespace

uint64_t BytesOf(uint8_t width_bits) { return (width_bits + 7U) / 8U; }

AbstractValue ConstantValue(uint64_t number, uint8_t width_bits) {
  AbstractValue value{Numbers::Constant(number, width_bits), Texts::Any()};
  if (number == 0 && width_bits == 64) {
    value.texts = {};
    value.endpoints = {};
  }
  return value;
}

AbstractValue TextValue(Texts texts) {
  return {Numbers::Range(1, ~uint64_t{0}, 64), std::move(texts)};
}

// The one number that a value is.
std::optional<uint64_t> Single(const AbstractValue& value) {
  if (!value.numbers.is_set() || value.numbers.values().size() != 1)
    return std::nullopt;
  return value.numbers.min();
}

AbstractValue UnknownValue(uint8_t width_bits) {
  return {Numbers::Any(width_bits), Texts::Any()};
}

AbstractValue NothingYet(uint8_t width_bits) {
  return {Numbers::None(width_bits), Texts{}, Texts{}};
}

AbstractValue Join(const AbstractValue& a, const AbstractValue& b) {
  return {Join(a.numbers, b.numbers), Join(a.texts, b.texts),
          Join(a.endpoints, b.endpoints)};
}

AbstractValue Passed(const AbstractValue& value, uint8_t width_bits) {
  if (value.numbers.width() == width_bits) return value;
  if (value.numbers.is_none()) return NothingYet(width_bits);
  return {Passed(value.numbers, width_bits), Texts::Any()};
}

AbstractValue ValueEvaluator::operator()(const ValueExpression& expression,
                                         const Environment& environment) {
  steps_ = 0;
  choices_.clear();
  return Evaluate(expression, environment);
}

AbstractValue ValueEvaluator::Evaluate(const ValueExpression& expression,
                                       const Environment& environment) {
  if (++steps_ > kMostSteps || depth_ >= kMostDepth)
    return UnknownValue(expression.width_bits);
  ++depth_;
  AbstractValue value = OfKind(expression, environment);
  --depth_;
  return value;
}

AbstractValue ValueEvaluator::OfKind(const ValueExpression& expression,
                                     const Environment& environment) {
  switch (expression.kind) {
    case ExpressionKind::kUnknown:
    case ExpressionKind::kFunction:
      break;
    case ExpressionKind::kConstant:
      return ConstantValue(expression.number, expression.width_bits);
    case ExpressionKind::kParameter:
      return OfParameter(expression, environment);
    case ExpressionKind::kLoad:
      return OfLoad(expression);
    case ExpressionKind::kIndirect:
      return OfIndirect(expression, environment);
    case ExpressionKind::kResult:
      return OfResult(expression, environment);
    case ExpressionKind::kOperation:
      return OfOperation(expression, environment);
    case ExpressionKind::kChoice:
      return OfChoice(expression, environment);
    case ExpressionKind::kCycle:
      if (const auto open = choices_.find(expression.number);
          open != choices_.end())
        return open->second;
      break;
    case ExpressionKind::kBound:
      return OfBound(expression, environment);
    case ExpressionKind::kText:
      return TextValue(Texts::Literal(expression.symbol));
    case ExpressionKind::kAddress:
      return OfAddress(expression);
    case ExpressionKind::kBuffer:
      return OfBuffer(expression, environment);
  }
  return UnknownValue(expression.width_bits);
}

AbstractValue ValueEvaluator::OfParameter(
    const ValueExpression& expression, const Environment& environment) const {
  if (environment.arguments != nullptr) {
    if (expression.number >= environment.arguments->size())
      return UnknownValue(expression.width_bits);
    return Passed((*environment.arguments)[expression.number],
                  expression.width_bits);
  }
  const AbstractValue* known =
      tables_.Parameter(environment.function, expression.number);
  if (known == nullptr) return UnknownValue(expression.width_bits);
  NoteRead(*known);
  return Passed(*known, expression.width_bits);
}

AbstractValue ValueEvaluator::OfLoad(const ValueExpression& expression) const {
  const auto cell =
      tables_.cells.find({expression.symbol, expression.number,
                          expression.stride, expression.width_bits});
  if (cell != tables_.cells.end()) {
    NoteRead(cell->second);
    return cell->second;
  }
  // getopt's, which it sets to parts of arguments.
  if (expression.symbol == "optarg" && tables_.optarg_is_mains)
    return {Numbers::Any(64), Texts::Pattern("argv[..]")};
  return UnknownValue(expression.width_bits);
}

AbstractValue ValueEvaluator::OfIndirect(const ValueExpression& expression,
                                         const Environment& environment) {
  const ValueExpression& base = expression.operands.front();
  if (environment.function == "main" &&
      base.kind == ExpressionKind::kParameter && base.number == 1)
    return {Numbers::Any(64), Texts::Pattern("argv[..]")};
  return UnknownValue(expression.width_bits);
}

AbstractValue ValueEvaluator::OfResult(const ValueExpression& expression,
                                       const Environment& environment) {
  if (!tables_.defined.contains(expression.symbol))
    return OfExternal(expression, environment);
  const auto returns = tables_.returns.find(expression.symbol);
  if (returns == tables_.returns.end() || calls_ >= kMostCalls)
    return UnknownValue(expression.width_bits);
  CallContext arguments;
  for (const ValueExpression& operand : expression.operands)
    arguments.push_back(Evaluate(operand, environment));
  // The choices of the one function are not those of the other.
  auto choices = std::exchange(choices_, {});
  ++calls_;
  AbstractValue value = NothingYet(expression.width_bits);
  for (const ValueExpression* each : returns->second)
    value = Join(value, Passed(Evaluate(*each, {expression.symbol, &arguments}),
                               expression.width_bits));
  --calls_;
  choices_ = std::move(choices);
  return value;
}

// Functions of the C library whose result their arguments say.
AbstractValue ValueEvaluator::OfExternal(const ValueExpression& expression,
                                         const Environment& environment) {
  AbstractValue unknown = UnknownValue(expression.width_bits);
  if (expression.operands.size() != 1) return unknown;
  const std::string& name = expression.symbol;
  if (name == "getenv" || name == "secure_getenv") {
    const Texts texts = Evaluate(expression.operands[0], environment).texts;
    if (texts.any || texts.patterns.size() != 1) return unknown;
    const std::string& variable = *texts.patterns.begin();
    if (!IsVariableName(variable)) return unknown;
    return {Numbers::Any(64), Texts::Pattern("$" + variable)};
  }
  const bool is_short = name == "htons" || name == "ntohs";
  if (!is_short && name != "htonl" && name != "ntohl") return unknown;
  const Numbers numbers =
      Passed(Evaluate(expression.operands[0], environment).numbers,
             is_short ? 16 : 32);
  if (!numbers.is_set() || numbers.width() != expression.width_bits)
    return unknown;
  NumberSet swapped;
  for (const uint64_t value : numbers.values())
    swapped.insert(is_short ? std::byteswap(static_cast<uint16_t>(value))
                            : std::byteswap(static_cast<uint32_t>(value)));
  unknown.numbers = Numbers::Of(std::move(swapped), expression.width_bits);
  return unknown;
}

AbstractValue ValueEvaluator::OfOperation(const ValueExpression& expression,
                                          const Environment& environment) {
  const AbstractValue left = Evaluate(expression.operands[0], environment);
  if (expression.operands.size() == 1)
    return {Convert(expression.operation, left.numbers, expression.width_bits),
            left.numbers.is_none() ? Texts{} : Texts::Any(),
            left.numbers.is_none() ? Texts{} : Texts::Any()};
  const AbstractValue right = Evaluate(expression.operands[1], environment);
  const bool none = left.numbers.is_none() || right.numbers.is_none();
  return {Apply(expression.operation, left.numbers, right.numbers),
          none ? Texts{} : Texts::Any(), none ? Texts{} : Texts::Any()};
}

AbstractValue ValueEvaluator::OfChoice(const ValueExpression& expression,
                                       const Environment& environment) {
  AbstractValue value = NothingYet(expression.width_bits);
  const bool loops = ComesBack(expression, expression.number);
  for (int round = 0;; ++round) {
    if (round == kMostRounds) {
      value = UnknownValue(expression.width_bits);
      break;
    }
    const AbstractValue before = value;
    if (loops) choices_[expression.number] = before;
    for (const ValueExpression& operand : expression.operands)
      value = Join(value, Evaluate(operand, environment));
    if (!loops || value == before) break;
  }
  if (loops) choices_.erase(expression.number);
  return value;
}

// Of several bounds each may help the others: all are tried twice.
AbstractValue ValueEvaluator::OfBound(const ValueExpression& expression,
                                      const Environment& environment) {
  const ValueExpression* inner = &expression;
  while (inner->kind == ExpressionKind::kBound) inner = &inner->operands[0];
  AbstractValue value = Evaluate(*inner, environment);
  if (value.numbers.width() != expression.width_bits) return value;
  for (int round = 0; round < 2; ++round)
    for (const ValueExpression* each = &expression;
         each->kind == ExpressionKind::kBound; each = &each->operands[0])
      value.numbers = Restrict(value.numbers, each->operation, each->number);
  return value;
}

}  // namespace bailey::analyzer
