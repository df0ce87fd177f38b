#include "policy-compiler/language/resolver.h"

#include <algorithm>
#include <map>

#include "common/check.h"
#include "common/digest.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/declarations.h"
#include "policy-compiler/language/escapes.h"
#include "policy-compiler/language/file_rules.h"
#include "policy-compiler/language/plugins.h"
#include "policy-compiler/language/sort_stably.h"
#include "policy-compiler/language/test_blocks.h"

namespace bailey::policy {
namespace {

// Every text by its length and its bytes, and the places of those that it uses
// in the list: which text a name leads to decides what its groups are. No two
// lists give the same digest.
std::string DigestOf(const std::deque<PolicyText>& texts) {
  std::map<const PolicyText*, size_t> places;
  for (const PolicyText& text : texts) places.emplace(&text, places.size());
  std::string all;
  for (const PolicyText& text : texts) {
    all += std::to_string(text.text.text.size()) + ":" + text.text.text;
    for (const auto& [offset, ceiling] : text.ceilings)
      if (ceiling != nullptr && ceiling->policy)
        all += "^" + ceiling->policy->sha256 + ";";
    for (const auto& [offset, used] : text.uses)
      if (used != nullptr) all += "@" + std::to_string(places.at(used)) + ";";
  }
  return Sha256Hex(all);
}

template <class... Bodies>
bool IsOneOf(const Statement& statement) {
  return (std::holds_alternative<Bodies>(statement.body) || ...);
}

bool BelongsToLibrary(const Statement& statement) {
  return IsOneOf<SyscallStatement, FileStatement, UseStatement, WidthsStatement,
                 VersionStatement, GroupStatement, TestStatement,
                 AssertStatement>(statement);
}

// A portion in a portion was reported by the parser.
bool BelongsToPortion(const Statement& statement) {
  return IsOneOf<SyscallStatement, FileStatement, UsesStatement,
                 FunctionStatement, ProgramStatement, ServesStatement,
                 PortionStatement, ServingStatement, AssertStatement>(
      statement);
}

bool BelongsToServing(const Statement& statement) {
  return IsOneOf<SyscallStatement, UseStatement, OtherwiseStatement>(statement);
}

bool BelongsToPolicy(const Statement& statement) {
  return !IsOneOf<UsesStatement, FunctionStatement, ProgramStatement,
                  ServesStatement>(statement);
}

}  // namespace

Resolver::Resolver(std::deque<PolicyText>& texts, Architecture target,
                   DiagnosticSink& sink)
    : texts_(texts), sink_(sink) {
  policy_.architecture = target;
}

Policy Resolver::Run() {
  PolicyText& main = texts_.front();
  Declare(main.syntax, main.report, policy_);
  groups_.emplace(texts_, policy_.architecture, sink_);
  assertions_.emplace(policy_, *groups_);
  ResolveStatements(main.syntax.statements, main, {});
  FinishPortions();
  CheckPortions(policy_, places_);
  // A text of groups alone is there for others.
  if (has_syscall_rules_) groups_->WarnOfUnused();
  policy_.unused_groups = groups_->Unused();
  policy_.written_rules = policy_.rules.size();
  policy_.source = main.text.name;
  policy_.sha256 = DigestOf(texts_);
  return std::move(policy_);
}

void Resolver::ResolveStatements(const std::vector<Statement>& statements,
                                 PolicyText& text, const Scope& scope) {
  for (const Statement& statement : statements) {
    if (sink_.full()) return;
    if (IsMisplaced(statement, text, scope)) continue;
    std::visit([&](const auto& body) { Resolve(statement, body, text, scope); },
               statement.body);
  }
}

bool Resolver::IsMisplaced(const Statement& statement, PolicyText& text,
                           const Scope& scope) {
  const std::string word = "`" + statement.keyword.text + "`";
  const auto misplaced = [&](std::string message, std::string hint = "") {
    text.report.Error(statement.keyword.span, std::move(message),
                      std::move(hint));
    return true;
  };
  if (text.is_library && !BelongsToLibrary(statement))
    return misplaced(word + " cannot stand in a library",
                     "what others use holds rules, groups, tests, assertions, "
                     "`use`, "
                     "`version` and `widths`");
  if (text.is_library) return false;
  if (scope.is_serving && !BelongsToServing(statement))
    return misplaced(word + " cannot stand in `serving`",
                     "what holds while a portion serves are rules for system "
                     "calls, `use` and `otherwise`");
  if (scope.is_serving) return false;
  if (scope.portion == nullptr && IsOneOf<ServingStatement>(statement) &&
      policy_.portions.front().span.length != 0)
    return misplaced(word + " belongs to one of the portions",
                     "each says by itself when it serves");
  if (scope.portion != nullptr && !BelongsToPortion(statement))
    return misplaced(word + " belongs to the policy, not to a portion",
                     "move it out of the portion");
  if (scope.portion == nullptr && !BelongsToPolicy(statement))
    return misplaced(word + " belongs to a portion",
                     "as in `portion NAME trusted { ... }`");
  return false;
}

bool Resolver::WithinBound(size_t& count, size_t added, size_t bound,
                           std::string_view what, SourceSpan span,
                           PolicyText& text) {
  const bool was_within = count <= bound;
  count += added;
  if (count <= bound) return true;
  if (was_within)
    text.report.Error(span, "the policy has more than " +
                                std::to_string(bound) + " " +
                                std::string(what));
  return false;
}

uint32_t Resolver::AddRule(std::string written, SourceSpan span,
                           PolicyText& text) {
  WithinBound(rule_count_, 1, kMaxRules, "rules", span, text);
  const LineColumn place = PlaceIn(text, span.offset);
  RuleInfo info;
  info.index = kFirstUserRule + static_cast<uint32_t>(policy_.rules.size());
  info.text = std::move(written);
  info.file = text.text.name;
  info.line = place.line;
  info.column = place.column;
  info.is_builtin = text.is_builtin;
  policy_.rules.push_back(std::move(info));
  places_.push_back({&text.report, span});
  return policy_.rules.back().index;
}

void Resolver::Resolve(const Statement& statement, const SyscallStatement& rule,
                       PolicyText& text, const Scope& scope) {
  has_syscall_rules_ = has_syscall_rules_ || !text.is_library;
  // INVARIANT: Declare ran, and every portion has the policy's `otherwise`.
  const Action& otherwise = scope.portion ? scope.portion->otherwise
                                          : policy_.portions.front().otherwise;
  const auto action =
      ResolveRuleAction(rule, statement.keyword.span, otherwise, text.report);
  if (scope.is_serving && action && action->kind == ActionKind::kLog)
    text.report.Error(statement.keyword.span,
                      "`log` in `serving` would record nothing",
                      "log it outside: that filter stays in force");
  const Rule shared{
      action.value_or(Action{}), AddRule(statement.text, statement.span, text),
      scope.portion ? &scope.portion->syscalls : &common_syscalls_};
  for (const SyscallPattern& pattern : rule.patterns)
    AddPattern(pattern, shared, text);
}

void Resolver::AddPattern(const SyscallPattern& pattern, const Rule& rule,
                          PolicyText& text) {
  if (sink_.full()) return;
  if (!WithinBound(pattern_count_, 1, kMaxSyscallPatterns,
                   "system calls in rules", pattern.name.span, text))
    return;
  if (pattern.is_group) {
    if (const Group* group = groups_->Find(pattern.name, text))
      AddGroup(*group, rule);
    return;
  }
  const auto resolved =
      ResolvePattern(pattern, policy_.architecture, text.widths, text.report);
  if (resolved) AddCall(pattern, *resolved, rule, text);
}

// INVARIANT: it ends, since groups have no cycles, and soon, since every member
// counts.
void Resolver::AddGroup(const Group& group, const Rule& rule) {
  for (const GroupMember& member : group.members) {
    if (!WithinBound(pattern_count_, 1, kMaxSyscallPatterns,
                     "system calls in rules", member.syntax->name.span,
                     *group.text))
      return;
    if (member.group != nullptr) AddGroup(*member.group, rule);
    if (member.pattern)
      AddCall(*member.syntax, *member.pattern, rule, *group.text);
  }
}

void Resolver::AddCall(const SyscallPattern& written,
                       const ResolvedPattern& pattern, const Rule& rule,
                       PolicyText& text) {
  if (!WithinBound(part_count_, pattern.parts, kMaxConditionParts,
                   "parts of conditions", written.name.span, text))
    return;
  const bool denial = IsDenial(rule.action);
  if (written.when && looked_at_.emplace(&written, denial).second)
    WarnOfEscapes(pattern.when, policy_.architecture, *pattern.call, denial,
                  written.when->span, text.report);
  rule.out->push_back(
      {pattern.call->number, pattern.when, rule.action, rule.index});
}

void Resolver::Resolve(const Statement& statement, const FileStatement& rule,
                       PolicyText& text, const Scope& scope) {
  if (scope.is_serving) return;  // a library's: Landlock has no second set
  const uint32_t index = AddRule(statement.text, statement.span, text);
  auto& files = scope.portion ? scope.portion->files : common_files_;
  for (const Name& written : rule.paths) {
    const auto path = ParseRulePath(written, text.report);
    const bool within = WithinBound(path_count_, 1, kMaxFilePaths,
                                    "paths in file rules", written.span, text);
    if (path && within)
      files.push_back(MakeFileRule(rule.access, *path, index));
  }
}

// A credential that is a file is read where its portion opens it.
void Resolver::Resolve(const Statement&, const UsesStatement& uses,
                       PolicyText& text, const Scope& scope) {
  for (const Name& name : uses.credentials) {
    const auto credential = std::ranges::find(policy_.credentials, name.text,
                                              &PlanCredential::name);
    const bool is_file = credential != policy_.credentials.end() &&
                         credential->source == CredentialSource::kFile;
    if (!is_file) continue;
    const uint32_t index =
        AddRule("uses " + name.text + ": implies allow file read \"" +
                    credential->path + "\"",
                name.span, text);
    scope.portion->files.push_back(
        MakeFileRule(FileAccess::kRead, {credential->path, false}, index));
  }
}

void Resolver::Resolve(const Statement&, const PluginsStatement& plugins,
                       PolicyText& text, const Scope&) {
  for (const Name& written : plugins.patterns) {
    auto pattern = ParsePluginPattern(written, text.report);
    const bool within = WithinBound(plugin_count_, 1, kMaxPlugins,
                                    "patterns of plugins", written.span, text);
    if (pattern && within)
      policy_.plugins.push_back({*std::move(pattern), written.span});
  }
}

// A library's own tests are for when it is tested itself.
void Resolver::Resolve(const Statement&, const TestStatement& test,
                       PolicyText& text, const Scope&) {
  if (text.is_library) return;
  if (WithinBound(expectation_count_, test.expectations.size() + 1,
                  kMaxExpectations, "expectations in tests", test.name.span,
                  text))
    policy_.tests.push_back(ResolveTest(test, text, policy_));
}

// Those of a library hold for whoever uses it, in every portion, a `serving`
// block that alone uses it notwithstanding; used at several places, once.
void Resolver::Resolve(const Statement& statement, const AssertStatement& claim,
                       PolicyText& text, const Scope& scope) {
  if (asserted_.insert(&claim).second)
    assertions_->Resolve(statement, claim, text,
                         text.is_library ? nullptr : scope.portion);
}

void Resolver::Resolve(const Statement& statement,
                       const ServingStatement& serving, PolicyText& text,
                       const Scope& scope) {
  PortionPolicy& portion =
      scope.portion ? *scope.portion : policy_.portions.front();
  if (!portion.serving.empty())
    return text.report.Error(statement.keyword.span, "`serving` stands twice");
  PortionPolicy phase;
  phase.name = portion.name + " serving";
  phase.trusted = portion.trusted;
  phase.span = statement.keyword.span;
  phase.otherwise = OtherwiseOf(serving, portion.otherwise, text);
  // What the portion uses elsewhere says nothing of what it may do here.
  const auto elsewhere = std::exchange(included_, {});
  ResolveStatements(serving.statements, text, {&phase, /*is_serving=*/true});
  included_ = elsewhere;
  SortStably(phase.syscalls, [](const auto& rule) { return rule.rule; });
  portion.serving.push_back(std::move(phase));
}

Action Resolver::OtherwiseOf(const ServingStatement& serving,
                             const Action& outer, PolicyText& text) {
  std::optional<Action> own;
  for (const Statement& statement : serving.statements) {
    const auto* otherwise = std::get_if<OtherwiseStatement>(&statement.body);
    if (otherwise == nullptr) continue;
    if (own)
      text.report.Error(statement.keyword.span, "`otherwise` stands twice");
    own = ResolveAction(otherwise->action, text.report);
    if (own && own->kind == ActionKind::kLog)
      text.report.Error(statement.keyword.span,
                        "`log` in `serving` would record nothing",
                        "allow outside of `serving` what is to be logged");
  }
  return own.value_or(outer);
}

void Resolver::Resolve(const Statement&, const PortionStatement& portion,
                       PolicyText& text, const Scope& scope) {
  // INVARIANT: Declare added one entry for each portion of the policy, in this
  // order; a portion in a portion has none, nor have those above kMaxPortions,
  // and both were reported.
  if (scope.portion != nullptr || next_portion_ >= kMaxPortions) return;
  CHECK(next_portion_ < policy_.portions.size());
  ResolveStatements(portion.statements, text,
                    {&policy_.portions[next_portion_++]});
}

// The rules of each text count once, where it is first used.
void Resolver::Resolve(const Statement&, const UseStatement& use,
                       PolicyText& text, const Scope& scope) {
  PolicyText* const used = text.uses.at(use.library.span.offset);
  if (used == nullptr || !included_.insert(used).second) return;
  ResolveStatements(used->syntax.statements, *used,
                    scope.is_serving ? scope : Scope{});
}

void Resolver::FinishPortions() {
  if (sink_.full()) return;
  for (PortionPolicy& portion : policy_.portions) {
    portion.files.insert(portion.files.end(), common_files_.begin(),
                         common_files_.end());
    SortStably(portion.files, [](const auto& file) { return file.rule; });
    std::vector<SyscallRule> implied =
        ImpliedSyscalls(policy_.architecture, portion.files);
    auto& rules = portion.syscalls;
    rules.insert(rules.end(), common_syscalls_.begin(), common_syscalls_.end());
    rules.insert(rules.end(), implied.begin(), implied.end());
    SortStably(rules, [](const auto& rule) { return rule.rule; });
    for (PortionPolicy& serving : portion.serving) KeepKills(portion, serving);
  }
}

// The first filter has its listener asked before it kills, and the kernel puts
// an error of the second above that question: so the second must kill by itself
// what the first does.
void Resolver::KeepKills(const PortionPolicy& portion, PortionPolicy& serving) {
  for (const SyscallRule& rule : portion.syscalls)
    if (rule.action.kind > ActionKind::kErrno) serving.syscalls.push_back(rule);
  SortStably(serving.syscalls, [](const auto& rule) { return rule.rule; });
  if (portion.otherwise.kind > ActionKind::kErrno &&
      portion.otherwise.kind > serving.otherwise.kind)
    serving.otherwise = portion.otherwise;
}

}  // namespace bailey::policy
