// Policy text to syntax, with every error of the text.
//
//   DiagnosticSink sink(text.name);
//   TextReporter report(text, sink);
//   PolicySyntax syntax = ParsePolicy(text, report);
//   if (sink.has_errors()) ...
//
// After an error the parser goes on behind the statement's `;`, or before a
// word that begins a statement on a line of its own. Clauses that the language
// has and this version lacks are one error each. What is returned after errors
// holds the statements that were whole, so that their names can be checked too.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_PARSER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_PARSER_H_

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

// Requires a text of at most kMaxPolicyBytes.
PolicySyntax ParsePolicy(const SourceText& text, TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_PARSER_H_
