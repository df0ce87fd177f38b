#include "policy-compiler/language/compile.h"

#include <utility>

#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/lexer.h"
#include "policy-compiler/language/parser.h"
#include "policy-compiler/language/resolver.h"

namespace bailey::policy {
namespace {

ParsedPolicy TooLarge(const SourceText& text) {
  Diagnostic diagnostic;
  diagnostic.message =
      "the policy is larger than " + std::to_string(kMaxPolicyBytes) + " bytes";
  diagnostic.file = text.name;
  ParsedPolicy parsed;
  parsed.diagnostics.Add(std::move(diagnostic));
  return parsed;
}

}  // namespace

ParsedPolicy LoadPolicy(const SourceText& text, const LibraryLookup& library) {
  if (text.text.size() > kMaxPolicyBytes) return TooLarge(text);
  DiagnosticSink sink(text.name);
  TextReporter report(text, sink);
  const PolicySyntax syntax = ParsePolicy(text, report);
  Policy policy = Resolver(text, library, sink).Run(syntax);
  ParsedPolicy parsed;
  parsed.diagnostics = sink.Finish();
  if (!parsed.diagnostics.has_errors()) parsed.policy = std::move(policy);
  return parsed;
}

}  // namespace bailey::policy
