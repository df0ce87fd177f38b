// `test` blocks: what the policy must answer to system calls.
//
//   TestParser tests(cursor);
//   switch (tests.Parse(statement)) ...  // at the word `test`
//
//   test        = "test" STRING [ "in" NAME ] "{" { expectation } "}"
//   expectation = [ "in" NAME ] NAME "(" [ constant { "," constant } ] ")"
//                 "=>" outcome ";"
//
// An expectation that is wrong is reported and left out; the next one is read.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_TEST_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_TEST_PARSER_H_

#include "policy-compiler/language/expression_parser.h"
#include "policy-compiler/language/statement_parser.h"

namespace bailey::policy {

class TestParser {
 public:
  explicit TestParser(TokenCursor& cursor)
      : cursor_(cursor), expressions_(cursor) {}

  // Never kUnknown.
  StatementResult Parse(Statement& statement);

 private:
  bool Header(TestStatement& test);
  void Body(TestStatement& test);
  bool Expectation(ExpectationSyntax& expectation);
  bool Portion(std::optional<Name>& portion, bool& serving);
  bool Arguments(ExpectationSyntax& expectation);
  bool Outcome(ActionSyntax& outcome);
  void SkipExpectation();

  TokenCursor& cursor_;
  ExpressionParser expressions_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_TEST_PARSER_H_
