#include "policy-compiler/verify/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <tuple>

#include "common/findings/rules.h"
#include "policy-compiler/language/sort_stably.h"
#include "policy-compiler/verify/lint/lint_context.h"

namespace bailey::policy {
namespace {

void FindUnusedGroups(LintContext& lint) {
  for (const Policy* policy : lint.targets()) {
    // A text of groups alone is there for others.
    if (policy->rules.empty()) continue;
    for (const UnusedGroup& group : policy->unused_groups) {
      RuleInfo place;
      place.file = policy->source;
      place.text = "group " + group.name;
      place.line = group.line;
      place.column = group.column;
      LintFinding finding;
      finding.architecture = policy->architecture;
      finding.finding.message =
          fmt::format("nothing uses the group `{}`", group.name);
      lint.Report(kUnusedGroupRule, place, group.name, std::move(finding));
    }
  }
}

// Each by itself: what one of them cannot do is a doubt, and the others go on.
void Run(LintContext& lint, std::string_view what,
         void (*search)(LintContext&)) {
  try {
    search(lint);
  } catch (const std::exception& exception) {  // z3's, or no memory
    lint.result().doubts.push_back({std::string(what), exception.what()});
  }
}

void RunAll(LintContext& lint) {
  Run(lint, "rules without an effect", FindVainRules);
  Run(lint, "comparisons without an effect", FindVainComparisons);
  Run(lint, "escaped conditions", FindEscapedConditions);
  Run(lint, "ways around", FindWaysAround);
  Run(lint, "calls that do the same", FindSameDeeds);
  Run(lint, "credentials", FindReachableCredentials);
  Run(lint, "errors", FindSurprisingErrnos);
  Run(lint, "groups", FindUnusedGroups);
}

}  // namespace

int LintResult::exit_code() const {
  const bool found =
      std::ranges::any_of(findings, [](const LintFinding& finding) {
        return finding.finding.level != FindingLevel::kNote &&
               !finding.finding.suppression;
      });
  if (found) return 1;
  return doubts.empty() ? 0 : 3;
}

LintResult Lint(const std::vector<const Policy*>& targets,
                const LintOptions& options) {
  LintResult result;
  try {
    LintContext lint(targets, options);
    RunAll(lint);
    result = std::move(lint.result());
  } catch (const std::exception& exception) {  // z3's, or no memory
    result.doubts.push_back({"the policy", exception.what()});
  }
  SortStably(result.findings, [](const LintFinding& finding) {
    const SourceSite& site = finding.finding.sites.front();
    return std::tuple(site.file, site.line, site.column, finding.finding.rule);
  });
  return result;
}

}  // namespace bailey::policy
