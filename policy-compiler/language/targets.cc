#include "policy-compiler/language/targets.h"

#include <algorithm>
#include <string>

namespace bailey::policy {
namespace {

void TakeTarget(const Name& name, TextReporter& report,
                std::vector<Architecture>& targets) {
  const auto found = ParseArchitecture(name.text);
  if (!found) {
    std::vector<std::string_view> known;
    for (const Architecture each : kArchitectures)
      known.push_back(ArchitectureName(each));
    report.Error(name.span, "unknown architecture " + Quoted(name.text),
                 DidYouMean(name.text, known));
  } else if (std::ranges::find(targets, *found) != targets.end()) {
    report.Error(name.span,
                 "the target " + Quoted(name.text) + " stands twice");
  } else {
    targets.push_back(*found);
  }
}

}  // namespace

std::vector<Architecture> TargetsOf(const PolicySyntax& syntax,
                                    TextReporter& report) {
  std::vector<Architecture> targets;
  bool seen = false;
  for (const Statement& statement : syntax.statements) {
    const auto* target = std::get_if<TargetStatement>(&statement.body);
    if (target == nullptr) continue;
    if (seen) report.Error(statement.keyword.span, "`target` stands twice");
    seen = true;
    for (const Name& name : target->architectures)
      TakeTarget(name, report, targets);
  }
  if (targets.empty()) targets.push_back(Architecture::kX8664);
  return targets;
}

}  // namespace bailey::policy
