#include "policy-compiler/language/assertions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/assert_parser.h"
#include "policy-compiler/language/escapes.h"
#include "policy-compiler/language/lexer.h"
#include "policy-compiler/language/pattern.h"

namespace bailey::policy {
namespace {

// What escapes a denial of the pattern is let through where `never` is proved.
void WarnOfClaim(const SyscallPattern& pattern, const ResolvedPattern& resolved,
                 Architecture architecture, AssertionKind kind,
                 TextReporter& report) {
  if (kind != AssertionKind::kNever || !pattern.when) return;
  WarnOfEscapes(resolved.when, architecture, *resolved.call, /*denies=*/true,
                pattern.when->span, report);
}

}  // namespace

void AssertionResolver::Resolve(const Statement& statement,
                                const AssertStatement& syntax, PolicyText& text,
                                const PortionPolicy* portion) {
  if (policy_.assertions.size() == kMaxAssertions) {
    text.report.Error(statement.keyword.span,
                      "the policy has more than " +
                          std::to_string(kMaxAssertions) + " assertions");
    return;
  }
  Assertion assertion;
  assertion.kind = syntax.kind;
  if (syntax.description) assertion.description = syntax.description->text;
  assertion.text = statement.text;
  assertion.file = text.text.name;
  const LineColumn place = PlaceIn(text, statement.span.offset);
  assertion.line = place.line;
  assertion.column = place.column;
  const bool placed = FindPortion(syntax, text, portion, assertion);
  for (const SyscallPattern& pattern : syntax.patterns)
    AddPattern(pattern, text, assertion);
  if (!FindCeiling(syntax, text, assertion) || !placed) return;
  policy_.assertions.push_back(std::move(assertion));
}

bool AssertionResolver::FindPortion(const AssertStatement& syntax,
                                    PolicyText& text,
                                    const PortionPolicy* portion,
                                    Assertion& assertion) {
  if (portion != nullptr) assertion.portion = portion->name;
  if (!syntax.portion) return true;
  const Name& name = *syntax.portion;
  assertion.portion = name.text;
  if (portion != nullptr || text.is_library) {
    text.report.Error(name.span,
                      portion != nullptr
                          ? "the assertion stands in a portion, which it is of"
                          : "a library knows no portions",
                      "leave out `in " + name.text + "`");
    return false;
  }
  if (policy::FindPortion(policy_, name.text) != nullptr) return true;
  std::vector<std::string_view> names;
  for (const PortionPolicy& known : policy_.portions)
    names.push_back(known.name);
  text.report.Error(name.span, "unknown portion " + Quoted(name.text),
                    DidYouMean(name.text, names));
  return false;
}

bool AssertionResolver::Count(const SyscallPattern& pattern, PolicyText& text) {
  if (++count_ <= kMaxAssertedCalls) return true;
  if (count_ == kMaxAssertedCalls + 1)
    text.report.Error(pattern.name.span, "the policy has more than " +
                                             std::to_string(kMaxAssertedCalls) +
                                             " system calls in assertions");
  return false;
}

void AssertionResolver::AddPattern(const SyscallPattern& pattern,
                                   PolicyText& text, Assertion& assertion) {
  if (text.report.full() || !Count(pattern, text)) return;
  if (pattern.is_group) {
    if (const Group* group = groups_.Find(pattern.name, text))
      AddGroup(*group, assertion);
    return;
  }
  auto resolved =
      ResolvePattern(pattern, policy_.architecture, text.widths, text.report);
  if (!resolved) return;
  WarnOfClaim(pattern, *resolved, policy_.architecture, assertion.kind,
              text.report);
  assertion.calls.push_back(
      {resolved->call->number, std::move(resolved->when)});
}

// INVARIANT: it ends, since groups have no cycles, and soon, since every member
// counts.
void AssertionResolver::AddGroup(const Group& group, Assertion& assertion) {
  for (const GroupMember& member : group.members) {
    if (!Count(*member.syntax, *group.text)) return;
    if (member.group != nullptr) AddGroup(*member.group, assertion);
    if (!member.pattern) continue;
    if (assertion.kind == AssertionKind::kNever &&
        looked_at_.insert(member.syntax).second)
      WarnOfClaim(*member.syntax, *member.pattern, policy_.architecture,
                  assertion.kind, group.text->report);
    assertion.calls.push_back(
        {member.pattern->call->number, member.pattern->when});
  }
}

bool AssertionResolver::FindCeiling(const AssertStatement& syntax,
                                    PolicyText& text, Assertion& assertion) {
  if (syntax.kind != AssertionKind::kSubset) return true;
  const auto loaded = text.ceilings.find(syntax.ceiling.span.offset);
  // INVARIANT: LoadCeilings ran, and has an entry for each: an assertion that
  // is not asked must not be left out in silence.
  CHECK(loaded != text.ceilings.end() || text.report.full());
  if (loaded == text.ceilings.end() || loaded->second == nullptr) return false;
  const Policy* target = FindTarget(*loaded->second, policy_.architecture);
  if (target == nullptr) {
    const std::string name(ArchitectureName(policy_.architecture));
    text.report.Error(syntax.ceiling.span,
                      "the ceiling " + Quoted(syntax.ceiling.text) +
                          " is not for the target " + name,
                      "add it there: `target linux ..., " + name + ";`");
    return false;
  }
  assertion.ceiling = std::shared_ptr<const Policy>(loaded->second, target);
  return true;
}

namespace {

Assertion ResolveRule(AssertionKind kind, const SourceText& rule,
                      const std::vector<SyscallPattern>& patterns,
                      Architecture target, TextReporter& report) {
  Assertion assertion;
  assertion.kind = kind;
  assertion.text = rule.text;
  for (const SyscallPattern& pattern : patterns) {
    if (pattern.is_group) {
      report.Error(pattern.name.span, "a group is a policy's",
                   "name its members, or write an `assert` into the policy");
      continue;
    }
    auto resolved = ResolvePattern(pattern, target, Widths::kKernel, report);
    if (!resolved) continue;
    WarnOfClaim(pattern, *resolved, target, kind, report);
    assertion.calls.push_back(
        {resolved->call->number, std::move(resolved->when)});
  }
  return assertion;
}

}  // namespace

AssertedRule ParseAssertedRule(AssertionKind kind, const SourceText& rule,
                               std::span<const Architecture> targets) {
  AssertedRule result;
  DiagnosticSink sink(rule.name);
  TextReporter report(rule, sink);
  sink.SetTargets({targets.begin(), targets.end()});
  if (rule.text.size() > kMaxPolicyBytes) {
    report.Error({}, "the rule is too long");
  } else {
    const std::vector<Token> tokens = Lex(rule, report);
    TokenCursor cursor(rule, tokens, report);
    const auto patterns = AssertParser(cursor).Patterns();
    for (const Architecture target : targets) {
      if (!patterns) break;
      sink.BeginTarget(target);
      result.by_target.push_back(
          ResolveRule(kind, rule, *patterns, target, report));
    }
  }
  result.diagnostics = sink.Finish();
  if (result.diagnostics.has_errors()) result.by_target.clear();
  return result;
}

}  // namespace bailey::policy
