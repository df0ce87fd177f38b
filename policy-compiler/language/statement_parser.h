// The statements without a block, from keyword to before the `;`.
//
//   StatementParser statements(cursor);
//   Statement statement;
//   switch (statements.Parse(statement)) ...

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_STATEMENT_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_STATEMENT_PARSER_H_

#include <array>
#include <string_view>

#include "policy-compiler/language/expression_parser.h"

namespace bailey::policy {

// The words that begin them.
inline constexpr std::array<std::string_view, 10> kSimpleStatements = {
    "target", "use",   "credential", "uses",  "function",
    "input",  "allow", "deny",       "limit", "otherwise"};

enum class StatementResult {
  kParsed,
  kFailed,       // reported; the position is where it went wrong
  kUnsupported,  // reported as "not supported yet"
  kUnknown,      // no statement begins so; not reported, nothing consumed
};

class StatementParser {
 public:
  explicit StatementParser(TokenCursor& cursor)
      : cursor_(cursor), expressions_(cursor) {}

  // Fills `body`, in a declaration that failed as far as it was read.
  StatementResult Parse(Statement& statement);

 private:
  StatementResult Target(Statement& statement);
  StatementResult Use(Statement& statement);
  StatementResult Credential(Statement& statement);
  StatementResult Uses(Statement& statement);
  StatementResult Functions(Statement& statement, bool is_input);
  StatementResult Rule(Statement& statement, bool allow);
  StatementResult SyscallRule(Statement& statement, bool allow);
  StatementResult FileRule(Statement& statement, bool allow);
  StatementResult Limit(Statement& statement);
  StatementResult Otherwise(Statement& statement);

  bool Source(CredentialStatement& credential);
  bool Pattern(SyscallStatement& rule);
  bool ThenAction(SyscallStatement& rule);
  std::optional<ActionSyntax> Action();
  bool NameList(std::string_view what, std::vector<Name>& names);
  bool OneLimit(LimitStatement& limit);
  StatementResult NotYet(std::string_view what);

  TokenCursor& cursor_;
  ExpressionParser expressions_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_STATEMENT_PARSER_H_
