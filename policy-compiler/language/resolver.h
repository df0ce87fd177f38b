// Syntax to the resolved policy: declarations, libraries, rules, and the checks
// that need all of them.
//
//   Resolver resolver(text, library, sink);
//   Policy policy = resolver.Run(ParsePolicy(text, report));
//   // of use only if the sink has no errors

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_RESOLVER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_RESOLVER_H_

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/portion_checks.h"

namespace bailey::policy {

// Bounds on what one policy may hold, libraries included; far above what a
// filter of 4096 instructions can.
inline constexpr size_t kMaxRules = 5'000;
inline constexpr size_t kMaxSyscallPatterns = 10'000;
inline constexpr size_t kMaxFilePaths = 2'000;
inline constexpr size_t kMaxLibraryDepth = 16;

class Resolver {
 public:
  // Borrows all three, which must outlive it.
  Resolver(const SourceText& main, const LibraryLookup& library,
           DiagnosticSink& sink);

  Policy Run(const PolicySyntax& syntax);

 private:
  // Where a rule goes: nullptr is every portion.
  struct Scope {
    PortionPolicy* portion = nullptr;
    bool in_library = false;
  };

  // A text with the offsets at which its lines begin.
  struct Source {
    const SourceText* text;
    TextReporter report;
    std::vector<size_t> lines;
  };

  Source& AddSource(const SourceText& text);
  void ResolveStatements(const std::vector<Statement>& statements,
                         Source& source, const Scope& scope);
  bool IsMisplaced(const Statement& statement, Source& source,
                   const Scope& scope);

  void Resolve(const Statement& statement, const SyscallStatement& rule,
               Source& source, const Scope& scope);
  void Resolve(const Statement& statement, const FileStatement& rule,
               Source& source, const Scope& scope);
  void Resolve(const Statement& statement, const UseStatement& use,
               Source& source, const Scope& scope);
  void Resolve(const Statement& statement, const UsesStatement& uses,
               Source& source, const Scope& scope);
  void Resolve(const Statement& statement, const PortionStatement& portion,
               Source& source, const Scope& scope);
  // Declarations, which are done.
  void Resolve(const Statement&, const auto&, Source&, const Scope&) {}

  void AddPattern(const SyscallPattern& pattern, const Action& action,
                  uint32_t rule, Source& source, const Scope& scope);
  void IncludeLibrary(const Name& name, std::string text);
  uint32_t AddRule(std::string text, SourceSpan span, Source& source);
  bool WithinBound(size_t& count, size_t bound, std::string_view what,
                   SourceSpan span, Source& source);
  void FinishPortions();

  const LibraryLookup& library_;
  DiagnosticSink& sink_;
  Policy policy_;
  std::deque<SourceText> library_texts_;  // stable addresses
  std::deque<Source> sources_;
  std::vector<RulePlace> places_;
  std::vector<SyscallRule> common_syscalls_;
  std::vector<PlanFileRule> common_files_;
  std::vector<std::string> library_stack_;
  std::set<std::string, std::less<>> included_;
  size_t next_portion_ = 0;
  size_t rule_count_ = 0;
  size_t pattern_count_ = 0;
  size_t path_count_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_RESOLVER_H_
