#include "analyzer/ir/value_expression.h"

#include <algorithm>
#include <utility>

namespace bailey::analyzer {

uint64_t CountNodes(const ValueExpression& expression) {
  uint64_t count = 1;
  for (const ValueExpression& each : expression.operands)
    count += CountNodes(each);
  return count;
}

ValueExpression Unknown(uint8_t width_bits) {
  ValueExpression made;
  made.width_bits = width_bits;
  return made;
}

ValueExpression Constant(uint64_t number, uint8_t width_bits) {
  ValueExpression made = Unknown(width_bits);
  made.kind = ExpressionKind::kConstant;
  made.number = number;
  return made;
}

ValueExpression Parameter(uint64_t index, uint8_t width_bits) {
  ValueExpression made = Constant(index, width_bits);
  made.kind = ExpressionKind::kParameter;
  return made;
}

ValueExpression Operate(Operation operation, ValueExpression left,
                        ValueExpression right) {
  ValueExpression made = Unknown(left.width_bits);
  if (left.kind == ExpressionKind::kUnknown &&
      right.kind == ExpressionKind::kUnknown)
    return made;
  made.kind = ExpressionKind::kOperation;
  made.operation = operation;
  made.operands = {std::move(left), std::move(right)};
  return made;
}

ValueExpression Cast(Operation operation, ValueExpression operand,
                     uint8_t width_bits) {
  ValueExpression made = Unknown(width_bits);
  made.kind = ExpressionKind::kOperation;
  made.operation = operation;
  made.operands = {std::move(operand)};
  return made;
}

ValueExpression Text(std::string text) {
  ValueExpression made;
  made.kind = ExpressionKind::kText;
  made.symbol = std::move(text);
  return made;
}

bool IsClosed(const ValueExpression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kParameter:
    case ExpressionKind::kLoad:
    case ExpressionKind::kIndirect:
    case ExpressionKind::kResult:
    case ExpressionKind::kAddress:
    case ExpressionKind::kBuffer:
      return false;
    default:
      return std::ranges::all_of(expression.operands, IsClosed);
  }
}

}  // namespace bailey::analyzer
