#include "policy-compiler/check/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/findings/capability_findings.h"
#include "common/findings/rules.h"

namespace bailey::policy {
namespace {

using Keys = std::set<std::string>;

std::string Reason(const RuleInfo& rule) {
  if (rule.file.empty()) return rule.text;
  return fmt::format("{} ({}:{})", rule.text, rule.file, rule.line);
}

// At start and exit the loader's own calls come before the filter: less grave.
FindingLevel UndecidedLevel(const Capability& capability) {
  const bool serves = capability.phase == Phase::kServing &&
                      capability.confidence != Confidence::kAssumed;
  return serves ? FindingLevel::kWarning : FindingLevel::kNote;
}

std::string_view Verb(const CheckFinding& finding, bool denied) {
  if (denied) return "calls";
  return finding.capability.confidence == Confidence::kProved
             ? "calls, perhaps with arguments that are refused,"
             : "may call";
}

std::string Message(const CheckFinding& finding, bool denied) {
  return fmt::format("portion `{}` {} `{}`, and the policy says: {} ({})",
                     finding.portion, Verb(finding, denied),
                     CallText(finding.capability), Reason(finding.rule),
                     ConfidenceName(finding.capability.confidence));
}

void AddCalls(const std::vector<CheckFinding>& calls, bool denied,
              std::vector<Finding>& findings) {
  for (const CheckFinding& call : calls) {
    for (Finding& finding :
         CapabilityFindings(denied ? kDeniedRule : kUndecidedRule,
                            call.capability, call.portion)) {
      finding.level =
          denied ? FindingLevel::kError : UndecidedLevel(call.capability);
      finding.message = Message(call, denied);
      findings.push_back(std::move(finding));
    }
  }
}

void AddUnchecked(const std::vector<Capability>& capabilities,
                  std::vector<Finding>& findings) {
  for (const Capability& capability : capabilities) {
    for (Finding& finding :
         CapabilityFindings(kUncheckedRule, capability, "")) {
      finding.message =
          fmt::format("{} `{}` is not held against the policy yet",
                      CapabilityKindName(capability.kind), capability.name);
      findings.push_back(std::move(finding));
    }
  }
}

// The capability without the places that are suppressed; false if nothing is
// left of it.
bool Keep(std::string_view rule, std::string_view scope, const Keys& suppressed,
          Capability& capability) {
  const std::vector<Finding> findings =
      CapabilityFindings(rule, capability, scope);
  const auto is_kept = [&](const Finding& finding) {
    return !suppressed.contains(finding.key);
  };
  if (std::ranges::all_of(findings, is_kept)) return true;
  std::vector<SourceSite> sites;
  for (const Finding& finding : findings)
    if (is_kept(finding)) sites.push_back(finding.sites[0]);
  capability.sites = std::move(sites);
  return !capability.sites.empty();
}

void KeepCalls(std::string_view rule, const Keys& suppressed,
               std::vector<CheckFinding>& calls) {
  std::erase_if(calls, [&](CheckFinding& call) {
    return !Keep(rule, call.portion, suppressed, call.capability);
  });
}

}  // namespace

std::vector<Finding> CheckFindings(const CheckResult& result,
                                   const Report& report) {
  std::vector<Finding> findings;
  AddCalls(result.denied, true, findings);
  AddCalls(result.undecided, false, findings);
  AddUnchecked(result.unchecked, findings);
  for (Finding& finding : UnresolvedFindings(report.unresolved))
    findings.push_back(std::move(finding));
  return findings;
}

CheckResult WithoutSuppressed(CheckResult result,
                              const std::vector<Finding>& findings) {
  Keys suppressed;
  for (const Finding& finding : findings) {
    if (finding.rule == kBadSuppressionRule)
      result.bad_suppressions.push_back(finding);
    if (!finding.suppression) continue;
    if (finding.rule == kUnresolvedRule) --result.unresolved_count;
    suppressed.insert(finding.key);
    result.suppressed.push_back(finding);
  }
  KeepCalls(kDeniedRule, suppressed, result.denied);
  KeepCalls(kUndecidedRule, suppressed, result.undecided);
  std::erase_if(result.unchecked, [&](Capability& capability) {
    return !Keep(kUncheckedRule, "", suppressed, capability);
  });
  return result;
}

}  // namespace bailey::policy
