// Constant and argument expressions.
//
//   constant  = and { "|" and }            and   = shift { "&" shift }
//   shift     = sum { "<<" sum }           sum   = unary { ("+"|"-") unary }
//   unary     = { "-" | "~" } ( NUMBER | NAME | "(" constant ")" )
//
//   arguments  = any { "," any }           any   = all { ("or"|"||") all }
//   all        = not { ("and"|"&&") not }  not   = { "not" | "!" } test
//   test       = operand ( OP constant
//                        | [ "not" ] "in" "{" item { "," item } "}" )
//              | "(" any ")"
//   operand    = ( NAME | "(" operand ")" ) [ "&" and ]
//   item       = constant [ ".." constant ]
//
// docs/policy-language.md says what they mean.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_EXPRESSION_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_EXPRESSION_PARSER_H_

#include <optional>
#include <string>

#include "policy-compiler/language/token_cursor.h"

namespace bailey::policy {

// Each returns nothing after an error, which it reported once.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenCursor& cursor) : cursor_(cursor) {}

  std::optional<ConstantExpression> Constant();
  // What stands between the parentheses of a system call.
  std::optional<ArgumentExpression> Arguments();

 private:
  using Constants = std::optional<ConstantExpression>;
  using Tests = std::optional<ArgumentExpression>;

  Constants Level(int level);
  Constants Unary();
  Constants Primary();
  Tests Any();
  Tests All();
  Tests Not();
  Tests Test();
  std::string ArgumentHint() const;
  bool AcceptEither(std::string_view word, std::string_view symbol);
  Tests Parenthesised();
  Tests Comparison(ArgumentExpression operand, size_t begin);
  Tests Set(ArgumentExpression operand, size_t begin);
  Tests Negated(ArgumentExpression inner, size_t begin);
  std::optional<SetItem> Item();
  bool Mask(Operand& operand);
  std::optional<CompareOp> Operator();
  Tests Join(ArgumentExpression::Kind kind,
             std::vector<ArgumentExpression> operands, SourceSpan span);
  bool IsTest(const ArgumentExpression& expression);

  // False, with an error, when the text nests too deeply or is too large.
  bool Enter();
  void Leave() { --depth_; }
  bool CountPart();

  TokenCursor& cursor_;
  int depth_ = 0;
  size_t parts_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_EXPRESSION_PARSER_H_
