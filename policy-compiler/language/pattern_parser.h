// What rules and groups are made of: system calls with their conditions, and
// groups by name.
//
//   pattern = NAME [ "(" arguments ")" ] | "group" NAME | GROUP

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_PATTERN_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_PATTERN_PARSER_H_

#include <optional>

#include "policy-compiler/language/expression_parser.h"

namespace bailey::policy {

class PatternParser {
 public:
  // Borrows both, which must outlive it.
  PatternParser(TokenCursor& cursor, ExpressionParser& expressions)
      : cursor_(cursor), expressions_(expressions) {}

  // Nothing after an error, which was reported.
  std::optional<SyscallPattern> Pattern();

 private:
  std::optional<SyscallPattern> GroupPattern();

  TokenCursor& cursor_;
  ExpressionParser& expressions_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_PATTERN_PARSER_H_
