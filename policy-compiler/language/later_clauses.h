// Clauses of the language that nothing enforces yet: an error each, which says
// what would not be enforced, so that nobody takes the text for a limit.
//
//   if (const LaterClause* later = FindLaterClause("net")) ...

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_LATER_CLAUSES_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_LATER_CLAUSES_H_

#include <string_view>

#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

struct LaterClause {
  std::string_view word;
  bool is_rule = false;         // it follows `allow` or `deny`
  std::string_view unenforced;  // what nothing does yet
  std::string_view hint;
};

// Null: the word begins no such clause.
const LaterClause* FindLaterClause(std::string_view word);

void ReportLater(const LaterClause& clause, SourceSpan span,
                 TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_LATER_CLAUSES_H_
