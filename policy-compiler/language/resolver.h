// Syntax to the resolved policy: declarations, rules, tests, and the checks
// that need all of them.
//
//   std::deque<PolicyText> texts = LoadTexts(text, sources, sink);
//   Policy policy = Resolver(texts, Architecture::kX8664, sink).Run();
//   // of use only if the sink has no errors

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_RESOLVER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_RESOLVER_H_

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "policy-compiler/language/assertions.h"
#include "policy-compiler/language/groups.h"
#include "policy-compiler/language/portion_checks.h"
#include "policy-compiler/language/texts.h"

namespace bailey::policy {

// Bounds on what one policy may hold, libraries included; far above what a
// filter of 4096 instructions can.
inline constexpr size_t kMaxRules = 5'000;
inline constexpr size_t kMaxSyscallPatterns = 10'000;
// Of all conditions together, those of groups counted where they are used.
inline constexpr size_t kMaxConditionParts = 200'000;
inline constexpr size_t kMaxFilePaths = 2'000;

class Resolver {
 public:
  // For one target. Borrows texts and sink, which must outlive it.
  Resolver(std::deque<PolicyText>& texts, Architecture target,
           DiagnosticSink& sink);

  Policy Run();

 private:
  // Where a rule goes: nullptr is every portion.
  struct Scope {
    PortionPolicy* portion = nullptr;
    bool is_serving = false;  // `portion` is what a portion does while serving
  };

  // What all patterns of a rule share.
  struct Rule {
    Action action;
    uint32_t index = 0;
    std::vector<SyscallRule>* out = nullptr;
  };

  void ResolveStatements(const std::vector<Statement>& statements,
                         PolicyText& text, const Scope& scope);
  bool IsMisplaced(const Statement& statement, PolicyText& text,
                   const Scope& scope);

  void Resolve(const Statement& statement, const SyscallStatement& rule,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const FileStatement& rule,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const UseStatement& use,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const PluginsStatement& plugins,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const TestStatement& test,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const AssertStatement& claim,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const UsesStatement& uses,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const ServingStatement& serving,
               PolicyText& text, const Scope& scope);
  void Resolve(const Statement& statement, const PortionStatement& portion,
               PolicyText& text, const Scope& scope);
  // Declarations, which are done.
  void Resolve(const Statement&, const auto&, PolicyText&, const Scope&) {}

  // Of `serving`, which has the policy's where it says none.
  static Action OtherwiseOf(const ServingStatement& serving,
                            const Action& outer, PolicyText& text);
  void AddPattern(const SyscallPattern& pattern, const Rule& rule,
                  PolicyText& text);
  void AddGroup(const Group& group, const Rule& rule);
  void AddCall(const SyscallPattern& written, const ResolvedPattern& pattern,
               const Rule& rule, PolicyText& text);
  uint32_t AddRule(std::string written, SourceSpan span, PolicyText& text);
  // Reports once, when `count` goes above the bound with `added` more.
  bool WithinBound(size_t& count, size_t added, size_t bound,
                   std::string_view what, SourceSpan span, PolicyText& text);
  void FinishPortions();
  static void KeepKills(const PortionPolicy& portion, PortionPolicy& serving);

  std::deque<PolicyText>& texts_;
  DiagnosticSink& sink_;
  Policy policy_;
  std::optional<Groups> groups_;
  std::optional<AssertionResolver> assertions_;
  std::vector<RulePlace> places_;
  std::vector<SyscallRule> common_syscalls_;
  std::vector<PlanFileRule> common_files_;
  std::set<const PolicyText*> included_;
  std::set<const AssertStatement*> asserted_;
  // A group's member in several rules is one finding.
  std::set<std::pair<const SyscallPattern*, bool>> looked_at_;
  bool has_syscall_rules_ = false;
  size_t next_portion_ = 0;
  size_t rule_count_ = 0;
  size_t pattern_count_ = 0;
  size_t part_count_ = 0;
  size_t path_count_ = 0;
  size_t plugin_count_ = 0;
  size_t expectation_count_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_RESOLVER_H_
