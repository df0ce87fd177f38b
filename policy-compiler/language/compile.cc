#include "policy-compiler/language/compile.h"

#include <algorithm>
#include <utility>

#include "policy-compiler/language/ceilings.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/lexer.h"
#include "policy-compiler/language/resolver.h"
#include "policy-compiler/language/targets.h"
#include "policy-compiler/language/texts.h"

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

// x86_64 first, on which Bailey runs programs.
void TakeTargets(std::vector<Policy> policies, ParsedPolicy& parsed) {
  const auto first =
      std::ranges::find(policies, Architecture::kX8664, &Policy::architecture);
  if (first != policies.end()) std::iter_swap(policies.begin(), first);
  parsed.policy = std::move(policies.front());
  policies.erase(policies.begin());
  parsed.other_targets = std::move(policies);
}

ParsedPolicy LoadCeiling(const SourceText& text, const PolicySources& sources);

// What is asserted of a ceiling is its own affair.
void TakeAssertions(bool is_ceiling, const PolicySources& sources,
                    std::deque<PolicyText>& texts) {
  if (!is_ceiling) return LoadCeilings(texts, sources, LoadCeiling);
  for (PolicyText& used : texts) DropAssertions(used.syntax.statements);
}

ParsedPolicy Load(const SourceText& text, const PolicySources& sources,
                  bool is_ceiling) {
  if (text.text.size() > kMaxPolicyBytes) return TooLarge(text);
  DiagnosticSink sink(text.name);
  std::deque<PolicyText> texts = LoadTexts(text, sources, sink);
  TakeAssertions(is_ceiling, sources, texts);
  const std::vector<Architecture> targets =
      TargetsOf(texts.front().syntax, texts.front().report);
  sink.SetTargets(targets);
  std::vector<Policy> policies;
  for (const Architecture target : targets) {
    sink.BeginTarget(target);
    policies.push_back(Resolver(texts, target, sink).Run());
  }
  ParsedPolicy parsed;
  parsed.diagnostics = sink.Finish();
  if (!parsed.diagnostics.has_errors())
    TakeTargets(std::move(policies), parsed);
  return parsed;
}

ParsedPolicy LoadCeiling(const SourceText& text, const PolicySources& sources) {
  return Load(text, sources, /*is_ceiling=*/true);
}

}  // namespace

ParsedPolicy LoadPolicy(const SourceText& text, const PolicySources& sources) {
  return Load(text, sources, /*is_ceiling=*/false);
}

const Policy* FindTarget(const ParsedPolicy& parsed, Architecture target) {
  if (parsed.policy && parsed.policy->architecture == target)
    return &*parsed.policy;
  const auto found =
      std::ranges::find(parsed.other_targets, target, &Policy::architecture);
  return found == parsed.other_targets.end() ? nullptr : &*found;
}

ParsedPolicy LoadPolicy(const SourceText& text, const LibraryLookup& library) {
  return LoadPolicy(text, PolicySources{library, nullptr});
}

}  // namespace bailey::policy
