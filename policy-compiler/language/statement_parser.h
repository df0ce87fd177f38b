// The statements without statements in them, from keyword to before the `;`.
//
//   StatementParser statements(cursor);
//   Statement statement;
//   switch (statements.Parse(statement)) ...

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_STATEMENT_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_STATEMENT_PARSER_H_

#include <array>
#include <string_view>

#include "policy-compiler/language/pattern_parser.h"

namespace bailey::policy {

// The words that begin them.
inline constexpr std::array<std::string_view, 21> kSimpleStatements = {
    "version",    "target",    "use",      "widths", "group",      "plugins",
    "credential", "uses",      "function", "input",  "allow",      "deny",
    "limit",      "otherwise", "separate", "pass",   "declassify", "outline",
    "failure",    "program",   "serves"};

enum class StatementResult {
  kParsed,
  kFailed,      // reported; the position is where it went wrong
  kUnreadable,  // reported; the clause is to be skipped whole
  kUnknown,     // no statement begins so; not reported, nothing consumed
};

class StatementParser {
 public:
  // `patterns_` refers to `expressions_`.
  StatementParser(const StatementParser&) = delete;
  StatementParser& operator=(const StatementParser&) = delete;
  explicit StatementParser(TokenCursor& cursor)
      : cursor_(cursor),
        expressions_(cursor),
        patterns_(cursor, expressions_) {}

  // Fills `body`, in a declaration that failed as far as it was read.
  StatementResult Parse(Statement& statement);

 private:
  StatementResult Target(Statement& statement);
  StatementResult Use(Statement& statement);
  StatementResult Version(Statement& statement);
  std::optional<VersionNumber> VersionBehindWord();
  StatementResult WidthsWord(Statement& statement);
  StatementResult Group(Statement& statement);
  StatementResult Plugins(Statement& statement);
  StatementResult Credential(Statement& statement);
  StatementResult Uses(Statement& statement);
  StatementResult Program(Statement& statement);
  StatementResult Serves(Statement& statement);
  StatementResult Functions(Statement& statement, bool is_input);
  StatementResult Separate(Statement& statement);
  StatementResult Pass(Statement& statement);
  StatementResult Declassify(Statement& statement);
  StatementResult Outline(Statement& statement);
  StatementResult Failure(Statement& statement);
  bool MostBits(DeclassifyStatement& declassify);
  StatementResult Rule(Statement& statement, bool allow);
  StatementResult SyscallRule(Statement& statement, bool allow);
  StatementResult FileRule(Statement& statement, bool allow);
  StatementResult Limit(Statement& statement);
  StatementResult Otherwise(Statement& statement);

  bool Source(CredentialStatement& credential);
  // What may stand behind a function's name: `(string A, string B)`.
  bool Strings(FunctionStatement& functions);
  bool ThenAction(SyscallStatement& rule);
  std::optional<ActionSyntax> Action();
  bool NameList(std::string_view what, std::vector<Name>& names);
  bool FunctionList(std::vector<Name>& names);
  bool OneLimit(LimitStatement& limit);

  TokenCursor& cursor_;
  ExpressionParser expressions_;
  PatternParser patterns_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_STATEMENT_PARSER_H_
