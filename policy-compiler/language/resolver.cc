#include "policy-compiler/language/resolver.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/check.h"
#include "common/digest.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/declarations.h"
#include "policy-compiler/language/escapes.h"
#include "policy-compiler/language/file_rules.h"
#include "policy-compiler/language/lexer.h"
#include "policy-compiler/language/parser.h"
#include "policy-compiler/language/sort_stably.h"

namespace bailey::policy {
namespace {

std::vector<size_t> LineBegins(std::string_view text) {
  std::vector<size_t> begins = {0};
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') begins.push_back(i + 1);
  return begins;
}

std::string NearestSyscall(Architecture architecture, std::string_view name) {
  for (const std::string_view prefix : {"SYS_", "__NR_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  if (SyscallTable::For(architecture).FindByName(name))
    return "write `" + std::string(name) + "`";
  std::vector<std::string_view> names;
  for (const Syscall& call : SyscallTable::For(architecture).all())
    names.push_back(call.name);
  return DidYouMean(name, names);
}

// Every text by its length and its bytes, so that no two lists of texts give
// the same digest.
std::string DigestOf(const auto& sources) {
  std::string all;
  for (const auto& source : sources)
    all += std::to_string(source.text->text.size()) + ":" + source.text->text;
  return Sha256Hex(all);
}

bool IsRule(const Statement& statement) {
  return std::holds_alternative<SyscallStatement>(statement.body) ||
         std::holds_alternative<FileStatement>(statement.body);
}

bool IsUse(const Statement& statement) {
  return std::holds_alternative<UseStatement>(statement.body);
}

// A portion in a portion was reported by the parser.
bool BelongsToPortion(const Statement& statement) {
  return IsRule(statement) ||
         std::holds_alternative<UsesStatement>(statement.body) ||
         std::holds_alternative<FunctionStatement>(statement.body) ||
         std::holds_alternative<PortionStatement>(statement.body);
}

bool BelongsToPolicy(const Statement& statement) {
  return !std::holds_alternative<UsesStatement>(statement.body) &&
         !std::holds_alternative<FunctionStatement>(statement.body);
}

}  // namespace

Resolver::Resolver(const SourceText& main, const LibraryLookup& library,
                   DiagnosticSink& sink)
    : library_(library), sink_(sink) {
  AddSource(main);
}

Resolver::Source& Resolver::AddSource(const SourceText& text) {
  sources_.push_back({&text, TextReporter(text, sink_), LineBegins(text.text)});
  return sources_.back();
}

Policy Resolver::Run(const PolicySyntax& syntax) {
  Source& main = sources_.front();
  Declare(syntax, main.report, policy_);
  ResolveStatements(syntax.statements, main, {});
  FinishPortions();
  CheckPortions(policy_, places_);
  policy_.sha256 = DigestOf(sources_);
  return std::move(policy_);
}

void Resolver::ResolveStatements(const std::vector<Statement>& statements,
                                 Source& source, const Scope& scope) {
  for (const Statement& statement : statements) {
    if (sink_.full()) return;
    if (IsMisplaced(statement, source, scope)) continue;
    std::visit(
        [&](const auto& body) { Resolve(statement, body, source, scope); },
        statement.body);
  }
}

bool Resolver::IsMisplaced(const Statement& statement, Source& source,
                           const Scope& scope) {
  const std::string word = "`" + statement.keyword.text + "`";
  const auto misplaced = [&](std::string message, std::string hint = "") {
    source.report.Error(statement.keyword.span, std::move(message),
                        std::move(hint));
    return true;
  };
  if (scope.in_library && !IsRule(statement) && !IsUse(statement))
    return misplaced(word + " cannot stand in a library",
                     "a library holds rules and `use`");
  if (scope.in_library) return false;
  if (scope.portion != nullptr && !BelongsToPortion(statement))
    return misplaced(word + " belongs to the policy, not to a portion",
                     "move it out of the portion");
  if (scope.portion == nullptr && !BelongsToPolicy(statement))
    return misplaced(word + " belongs to a portion",
                     "as in `portion NAME trusted { ... }`");
  return false;
}

bool Resolver::WithinBound(size_t& count, size_t bound, std::string_view what,
                           SourceSpan span, Source& source) {
  if (++count <= bound) return true;
  if (count == bound + 1)
    source.report.Error(span, "the policy has more than " +
                                  std::to_string(bound) + " " +
                                  std::string(what));
  return false;
}

uint32_t Resolver::AddRule(std::string text, SourceSpan span, Source& source) {
  WithinBound(rule_count_, kMaxRules, "rules", span, source);
  const auto after = std::ranges::upper_bound(source.lines, span.offset);
  const size_t line = static_cast<size_t>(after - source.lines.begin());
  RuleInfo info;
  info.index = kFirstUserRule + static_cast<uint32_t>(policy_.rules.size());
  info.text = std::move(text);
  info.file = source.text->name;
  info.line = static_cast<int>(line);
  info.column = static_cast<int>(span.offset - source.lines[line - 1]) + 1;
  policy_.rules.push_back(std::move(info));
  places_.push_back({&source.report, span});
  return policy_.rules.back().index;
}

void Resolver::Resolve(const Statement& statement, const SyscallStatement& rule,
                       Source& source, const Scope& scope) {
  // INVARIANT: Declare ran, and every portion has the policy's `otherwise`.
  const Action& otherwise = policy_.portions.front().otherwise;
  const auto action =
      ResolveRuleAction(rule, statement.keyword.span, otherwise, source.report);
  const uint32_t index = AddRule(statement.text, statement.span, source);
  for (const SyscallPattern& pattern : rule.patterns)
    AddPattern(pattern, action.value_or(Action{}), index, source, scope);
}

void Resolver::AddPattern(const SyscallPattern& pattern, const Action& action,
                          uint32_t rule, Source& source, const Scope& scope) {
  if (sink_.full()) return;
  if (!WithinBound(pattern_count_, kMaxSyscallPatterns, "system calls in rules",
                   pattern.name.span, source))
    return;
  const SyscallTable& table = SyscallTable::For(policy_.architecture);
  const Syscall* call = table.FindByName(pattern.name.text);
  if (call == nullptr) {
    source.report.Error(
        pattern.name.span, "unknown system call " + Quoted(pattern.name.text),
        NearestSyscall(policy_.architecture, pattern.name.text));
    return;
  }
  SyscallRule result{call->number, {}, action, rule};
  if (pattern.when) {
    auto when = ResolveCondition(*pattern.when, *call, source.report);
    if (!when) return;
    if (IsAlwaysFalse(*when))
      source.report.Warning(pattern.when->span,
                            "the condition is always false: the rule never "
                            "matches");
    WarnOfEscapes(*when, *call, IsDenial(action), pattern.when->span,
                  source.report);
    result.when = *std::move(when);
  }
  auto& rules = scope.portion ? scope.portion->syscalls : common_syscalls_;
  rules.push_back(std::move(result));
}

void Resolver::Resolve(const Statement& statement, const FileStatement& rule,
                       Source& source, const Scope& scope) {
  const uint32_t index = AddRule(statement.text, statement.span, source);
  auto& files = scope.portion ? scope.portion->files : common_files_;
  for (const Name& written : rule.paths) {
    const auto path = ParseRulePath(written, source.report);
    const bool within =
        WithinBound(path_count_, kMaxFilePaths, "paths in file rules",
                    written.span, source);
    if (path && within)
      files.push_back(MakeFileRule(rule.access, *path, index));
  }
}

// A credential that is a file is read where its portion opens it.
void Resolver::Resolve(const Statement&, const UsesStatement& uses,
                       Source& source, const Scope& scope) {
  for (const Name& name : uses.credentials) {
    const auto credential = std::ranges::find(policy_.credentials, name.text,
                                              &PlanCredential::name);
    const bool is_file = credential != policy_.credentials.end() &&
                         credential->source == CredentialSource::kFile;
    if (!is_file) continue;
    const uint32_t index =
        AddRule("uses " + name.text + ": implies allow file read \"" +
                    credential->path + "\"",
                name.span, source);
    scope.portion->files.push_back(
        MakeFileRule(FileAccess::kRead, {credential->path, false}, index));
  }
}

void Resolver::Resolve(const Statement&, const PortionStatement& portion,
                       Source& source, const Scope& scope) {
  // INVARIANT: Declare added one entry for each portion of the policy, in this
  // order; a portion in a portion has none, nor have those above kMaxPortions,
  // and both were reported.
  if (scope.portion != nullptr || next_portion_ >= kMaxPortions) return;
  CHECK(next_portion_ < policy_.portions.size());
  ResolveStatements(portion.statements, source,
                    {&policy_.portions[next_portion_++], false});
}

void Resolver::Resolve(const Statement&, const UseStatement& use,
                       Source& source, const Scope&) {
  const Name& name = use.library;
  if (std::ranges::find(library_stack_, name.text) != library_stack_.end()) {
    source.report.Error(name.span, "the library " + Quoted(name.text) +
                                       " uses itself, directly or through "
                                       "others");
    return;
  }
  if (library_stack_.size() >= kMaxLibraryDepth) {
    source.report.Error(name.span, "libraries use each other more than " +
                                       std::to_string(kMaxLibraryDepth) +
                                       " levels deep");
    return;
  }
  if (included_.contains(name.text)) return;  // its rules are in already
  std::optional<std::string> text;
  if (library_) text = library_(name.text);
  if (!text) {
    source.report.Error(name.span, "unknown library " + Quoted(name.text),
                        "a built-in one is `runtime/c`");
    return;
  }
  if (text->size() > kMaxPolicyBytes) {
    source.report.Error(name.span,
                        "the library " + Quoted(name.text) + " is too large");
    return;
  }
  IncludeLibrary(name, *std::move(text));
}

void Resolver::IncludeLibrary(const Name& name, std::string text) {
  included_.insert(name.text);
  library_stack_.push_back(name.text);
  library_texts_.push_back({name.text, std::move(text)});
  Source& source = AddSource(library_texts_.back());
  const PolicySyntax syntax = ParsePolicy(*source.text, source.report);
  ResolveStatements(syntax.statements, source, {nullptr, true});
  library_stack_.pop_back();
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
  }
}

}  // namespace bailey::policy
