// bailey policy lint: what a policy says in vain, and what goes around it.

#include "policy-compiler/verify/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "common/findings/rules.h"
#include "common/findings/sarif.h"

namespace bailey::cli {
namespace {

struct LintCommand {
  std::string policy;
  std::string architecture;  // empty: every target
  std::string format = "text";
  bool ignores_suppressions = false;
  policy::LintOptions lint;
};

constexpr size_t kMaxPolicyBytes = size_t{16} << 20;

// The compiler warns without a solver of what is found here with a witness, or
// proved to be none: said once, and not at all where it is suppressed.
void PrintOtherWarnings(const Diagnostics& diagnostics,
                        const policy::LintResult& result) {
  Diagnostics others;
  for (const Diagnostic& warning : diagnostics.all()) {
    const bool is_found = std::ranges::any_of(
        result.findings, [&](const policy::LintFinding& one) {
          const SourceSite& site = one.finding.sites.front();
          return site.file == warning.file && site.line == warning.line;
        });
    if (!is_found) others.Add(warning);
  }
  if (!others.empty()) PrintDiagnostics(others);
}

// Of the policy's own text and of the files that it uses, where something was
// found; nobody changes a built-in library.
void Suppress(const LoadedPolicy& loaded, policy::LintResult& result) {
  policy::SuppressLint(loaded.text.name, loaded.text.text, result);
  std::set<std::string> others;
  for (const policy::RuleInfo& rule : loaded.policy.rules)
    if (!rule.is_builtin && rule.file != loaded.text.name && !rule.file.empty())
      others.insert(rule.file);
  for (const std::string& file : others) {
    const Result<std::string> text = ReadFile(file);
    if (text.ok()) policy::SuppressLint(file, *text, result);
  }
}

void PrintSarif(const policy::LintResult& result) {
  std::vector<Finding> findings;
  for (const policy::LintFinding& finding : result.findings)
    findings.push_back(finding.finding);
  SarifOptions options;
  options.tool = kVersion;
  options.tree =
      FindSourceTree({}, {}, std::filesystem::current_path().string());
  const SarifLog log = WriteSarif(findings, LintRules(), options);
  if (!log.cut.empty()) fmt::print(stderr, "bailey: note: {}\n", log.cut);
  fmt::print("{}", log.text);
}

void PrintResult(const policy::LintResult& result, const std::string& format) {
  if (format == "sarif") return PrintSarif(result);
  fmt::print("{}", format == "json" ? policy::RenderLintJson(result)
                                    : policy::RenderLintText(result));
}

Result<int> Lint(const LintCommand& command) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(command.policy, kMaxPolicyBytes));
  LoadedPolicy loaded{{command.policy, std::move(text)}, {}, {}};
  policy::ParsedPolicy parsed = LoadPolicyText(loaded.text);
  if (!parsed.policy) return PrintDiagnostics(parsed.diagnostics);
  loaded.policy = *std::move(parsed.policy);
  loaded.other_targets = std::move(parsed.other_targets);
  ASSIGN_OR_RETURN(const auto targets,
                   SelectTargets(loaded, command.architecture));
  policy::LintResult result = policy::Lint(targets, command.lint);
  if (!command.ignores_suppressions) Suppress(loaded, result);
  PrintOtherWarnings(parsed.diagnostics, result);
  PrintResult(result, command.format);
  return result.exit_code();
}

}  // namespace

int RunPolicyLint(int argc, char** argv) {
  CLI::App app(
      "Finds what a policy says in vain (rules that never match, never decide\n"
      "or change nothing, each with a proof) and what goes around it (each "
      "with\n"
      "a call that gets through). A comment `# bailey-ignore(RULE): reason` "
      "on\n"
      "the statement's line or the one before suppresses a finding. Exit code\n"
      "0: nothing but notes; 1: findings; 3: the solver gave up.\n\n"
      "  bailey policy lint notary.policy --format sarif",
      "bailey policy lint");
  LintCommand command;
  app.add_option("--arch", command.architecture,
                 "only this target: x86_64 or aarch64");
  app.add_flag("--ignore-suppressions", command.ignores_suppressions,
               "show what `bailey-ignore` comments suppress");
  app.add_option("--timeout-ms", command.lint.timeout_ms,
                 "for each question to the solver; 0 means no limit");
  app.add_option("--format", command.format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  app.add_option("policy", command.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Lint(command);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
