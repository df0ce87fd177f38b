// `assert` statements: what the policy must never, or always, allow.
//
//   AssertParser asserts(cursor);
//   switch (asserts.Parse(statement)) ...  // at the word `assert`
//
//   assert = "assert" [ STRING ] claim [ "in" NAME ]
//   claim  = ( "never" | "always" ) "syscall" pattern { "," pattern }
//          | "subset" "of" STRING

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_ASSERT_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_ASSERT_PARSER_H_

#include <optional>
#include <vector>

#include "policy-compiler/language/pattern_parser.h"
#include "policy-compiler/language/statement_parser.h"

namespace bailey::policy {

class AssertParser {
 public:
  // `patterns_` refers to `expressions_`.
  AssertParser(const AssertParser&) = delete;
  AssertParser& operator=(const AssertParser&) = delete;
  explicit AssertParser(TokenCursor& cursor)
      : cursor_(cursor),
        expressions_(cursor),
        patterns_(cursor, expressions_) {}

  // kParsed or kFailed.
  StatementResult Parse(Statement& statement);

  // What a command line says instead of a statement: `[syscall] pattern, ...`
  // up to the end of the text. Nothing after an error, which was reported.
  std::optional<std::vector<SyscallPattern>> Patterns();

 private:
  bool Claim(AssertStatement& claim);
  bool Calls(AssertStatement& claim);
  bool Ceiling(AssertStatement& claim);
  bool List(std::vector<SyscallPattern>& patterns);

  TokenCursor& cursor_;
  ExpressionParser expressions_;
  PatternParser patterns_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_ASSERT_PARSER_H_
