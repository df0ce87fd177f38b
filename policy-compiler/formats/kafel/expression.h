// Kafel's boolean expressions over arguments, as conditions of full width.
//
//   KafelExpressionParser parser(cursor, constants, find);
//   std::optional<Condition> when = parser.Parse();  // up to the `}`
//
// As Kafel's code generator compares (google/kafel, commit 18f2074): unsigned,
// in 64 bits where one side has an argument of 8 bytes or a number above
// 2^32 - 1 left after constants are folded, else in the low 32. A comma is `||`
// that binds least. One argument against another is kept as a test that is not
// known (kUnknownArgument).

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_EXPRESSION_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_EXPRESSION_H_

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "policy-compiler/formats/kafel/cursor.h"
#include "policy-compiler/formats/kafel/names.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

using KafelConstants = std::map<std::string, uint64_t, std::less<>>;
using KafelArgumentFinder =
    std::function<std::optional<KafelArgument>(std::string_view name)>;

class KafelExpressionParser {
 public:
  // `find` says what an argument's name means for the call.
  KafelExpressionParser(KafelCursor& cursor, const KafelConstants& constants,
                        KafelArgumentFinder find)
      : cursor_(cursor), constants_(constants), find_(std::move(find)) {}

  // Nothing after an error, which is reported.
  std::optional<Condition> Parse();

 private:
  // ((argument & mask) | bits), or a number.
  struct Value {
    enum class Kind { kNumber, kArgument, kSeveral } kind = Kind::kNumber;
    int argument = 0;
    uint64_t mask = 0;
    uint64_t bits = 0;  // the number
    bool is_wide = false;
  };
  // A value or a test.
  struct Node {
    std::optional<Value> value;
    Condition condition;
  };
  using Nodes = std::optional<Node>;

  Nodes Chain(std::string_view symbol,
              Nodes (KafelExpressionParser::*operand)(),
              Condition (*join)(std::vector<Condition>));
  Nodes List();
  Nodes Any();
  Nodes All();
  Nodes Test();
  Nodes Compared(Node left);
  Nodes BitOr();
  Nodes BitAnd();
  Nodes Operand();
  Nodes Name();
  bool IsTest(const Nodes& node, const KafelToken& at) const;
  bool IsValue(const Nodes& node, const KafelToken& at) const;
  bool Enter();

  static Value Number(uint64_t number);
  static Value And(const Value& left, const Value& right);
  static Value Or(const Value& left, const Value& right);
  static Condition Compare(Value left, CompareOp op, Value right);
  static Condition CompareWithNumber(const Value& left, CompareOp op,
                                     uint64_t number);

  KafelCursor& cursor_;
  const KafelConstants& constants_;
  KafelArgumentFinder find_;
  int depth_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_EXPRESSION_H_
