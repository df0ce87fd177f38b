// What makes a value, as plain data: constants, parameters of the function
// around it, loads of globals, results of calls, and operations on these. They
// are evaluated when all units are known (flow/value_propagation.h).
//
//   // flags | O_CLOEXEC, of the second parameter
//   Operate(Operation::kOr, Parameter(1, 32), Constant(02000000, 32))

#ifndef BAILEY_ANALYZER_IR_VALUE_EXPRESSION_H_
#define BAILEY_ANALYZER_IR_VALUE_EXPRESSION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace bailey::analyzer {

enum class ExpressionKind : uint8_t {
  kUnknown,
  kConstant,   // `number`
  kParameter,  // `number`: its place among the integers and pointers
  kLoad,       // of global `symbol` at byte `number`, or any `stride` further
  kIndirect,   // a load through the pointer that is the operand
  kResult,     // of a call of `symbol` with the operands
  kOperation,  // `operation` on the operands
  kChoice,     // one of the operands; `number` names it for kCycle
  kCycle,      // a value that the kChoice `number` around it had before
  kBound,      // the operand, where `operation` (a comparison) with `number`
  kText,       // the address of constant bytes: `symbol`, up to their NUL
  kAddress,    // of byte `number` of global `symbol`
  kBuffer,     // of byte `number` of local memory. The operands are all that
               // writes there: kResult of functions, or as memory_writers.h
               // names them, each from its `number` on. `readers` are the
               // other functions that get its address
  kFunction,   // the address of function `symbol`
};

enum class Operation : uint8_t {
  kNone,
  kAnd,
  kOr,
  kXor,
  kAdd,
  kSubtract,
  kMultiply,
  kShiftLeft,
  kShiftRight,
  kRemainder,
  kZeroExtend,
  kSignExtend,
  kTruncate,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kSignedLess,
  kSignedLessOrEqual,
  kSignedGreater,
  kSignedGreaterOrEqual,
};

struct ValueExpression {
  ExpressionKind kind = ExpressionKind::kUnknown;
  Operation operation = Operation::kNone;
  uint8_t width_bits = 64;
  uint64_t number = 0;  // of a constant: zero-extended from its width
  uint64_t stride = 0;
  std::string symbol;
  std::vector<ValueExpression> operands;
  std::vector<std::string> readers;

  bool operator==(const ValueExpression&) const = default;
};

// The value of `width_bits` at a byte of a global: written by code of function
// `from`, or there from the start.
struct CellFact {
  uint64_t offset = 0;
  std::string from = {};
  ValueExpression value = {};
  uint64_t stride = 0;  // of a store: or any such step further
};

// A member of each row of a table.
struct MemberFact {
  uint64_t offset = 0;  // in a row
  uint64_t stride = 0;  // from row to row
  uint64_t bytes = 0;
};

// What one unit does with a global. What all units do together is all that is
// done, unless its address gets out of sight.
struct GlobalFact {
  std::string id;
  uint64_t size_bytes = 0;   // where it is defined
  bool is_defined = false;   // here: `initial` is all of it that is not zero
  bool is_constant = false;  // nothing writes it after it is initialised
  // By a pointer, a copy of memory, at an offset that is not known: it may
  // hold anything.
  bool escapes = false;
  // Not only as the argument of a call, by stores at a stride, or by what is
  // `kept`: then `stores` are not all that there are in its units.
  bool roams = false;
  std::vector<MemberFact> kept = {};      // their addresses are somewhere
  std::vector<std::string> readers = {};  // functions that get its address
  std::vector<CellFact> initial = {};
  std::vector<CellFact> stores = {};
};

// What a function returns, at each of its returns.
struct ReturnFact {
  std::string function;
  ValueExpression value;
};

inline constexpr uint64_t kMostNodes = 64;

// Nodes of the expression, itself included.
uint64_t CountNodes(const ValueExpression& expression);

ValueExpression Unknown(uint8_t width_bits);
ValueExpression Constant(uint64_t number, uint8_t width_bits);
ValueExpression Parameter(uint64_t index, uint8_t width_bits);
// Unknown if an operand is all unknown and the result is, too.
ValueExpression Operate(Operation operation, ValueExpression left,
                        ValueExpression right);
ValueExpression Cast(Operation operation, ValueExpression operand,
                     uint8_t width_bits);
ValueExpression Text(std::string text);

// True for what needs nothing but itself: no parameter, global or call.
bool IsClosed(const ValueExpression& expression);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_VALUE_EXPRESSION_H_
