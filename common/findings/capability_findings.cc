#include "common/findings/capability_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "common/findings/rules.h"

namespace bailey {
namespace {

std::string_view PhaseText(const Capability& capability) {
  return capability.phase == Phase::kStartup ? "startup" : "serving";
}

// The place that the call path leads through: later functions on it are nearer
// to the call.
size_t SiteOnPath(const Capability& capability) {
  for (auto step = capability.path.rbegin(); step != capability.path.rend();
       ++step) {
    const auto found =
        std::ranges::find(capability.sites, *step, &SourceSite::function);
    if (found != capability.sites.end())
      return static_cast<size_t>(found - capability.sites.begin());
  }
  return 0;
}

Finding Base(std::string_view rule, const Capability& capability,
             std::string_view scope) {
  Finding finding;
  finding.rule = rule;
  finding.subject = capability.name;
  finding.capability = capability;
  finding.capability->sites.clear();
  finding.key = fmt::format(
      "{}|{}|{}|{}|{}|{}", rule, CapabilityKindName(capability.kind),
      CallText(capability), ConfidenceName(capability.confidence),
      PhaseText(capability), scope);
  return finding;
}

Finding Joined(std::string_view rule, const Capability& capability,
               std::string_view scope) {
  Finding finding = Base(rule, capability, scope);
  finding.sites = capability.sites;
  finding.path = capability.path;
  if (!finding.sites.empty())
    std::swap(finding.sites[0], finding.sites[SiteOnPath(capability)]);
  return finding;
}

FindingLevel LevelOf(const Capability& capability) {
  return capability.confidence == Confidence::kProved ? FindingLevel::kWarning
                                                      : FindingLevel::kNote;
}

std::string_view VerbOf(const Capability& capability) {
  switch (capability.kind) {
    case CapabilityKind::kSyscall:
      return "call";
    case CapabilityKind::kExec:
      return "run";
    default:
      return "use";
  }
}

std::string PlacesText(const Finding& finding) {
  if (finding.sites.empty()) return " before `main` or after it";
  if (finding.sites.size() == 1) return "";
  return fmt::format(" from {} places", finding.sites.size());
}

}  // namespace

std::string CallText(const Capability& capability) {
  std::string arguments;
  for (const ArgumentValues& argument : capability.arguments) {
    if (argument.values.empty()) continue;
    if (!arguments.empty()) arguments += ", ";
    arguments += ValuesText(argument);
  }
  if (!capability.access.empty())
    return fmt::format("{} ({})", capability.name,
                       fmt::join(capability.access, ", "));
  return arguments.empty() ? capability.name
                           : fmt::format("{}({})", capability.name, arguments);
}

std::vector<Finding> CapabilityFindings(std::string_view rule,
                                        const Capability& capability,
                                        std::string_view scope) {
  if (capability.confidence != Confidence::kProved || capability.sites.empty())
    return {Joined(rule, capability, scope)};
  std::vector<Finding> findings;
  std::map<std::string, int> seen;  // in each function
  for (const SourceSite& site : capability.sites) {
    Finding finding = Base(rule, capability, scope);
    finding.sites = {site};
    if (std::ranges::find(capability.path, site.function) !=
        capability.path.end())
      finding.path = capability.path;
    finding.ordinal = ++seen[site.function];
    finding.key += fmt::format("|{}|{}", site.function, finding.ordinal);
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> UnresolvedFindings(const std::vector<Unresolved>& all) {
  std::vector<Finding> findings;
  std::map<std::string, int> seen;
  for (const Unresolved& each : all) {
    Finding finding;
    finding.rule = kUnresolvedRule;
    finding.subject = each.reason;
    finding.level = FindingLevel::kWarning;
    finding.message = fmt::format("{}; assumed: {}", each.reason, each.assumed);
    finding.sites = {each.site};
    finding.key = fmt::format(
        "{}|{}|{}", kUnresolvedRule, each.reason,
        each.site.function.empty() ? each.site.file : each.site.function);
    finding.key += fmt::format("|{}", ++seen[finding.key]);
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> ReportFindings(const Report& report) {
  std::vector<Finding> findings;
  for (const Capability& capability : report.capabilities) {
    for (Finding& finding : CapabilityFindings(
             CapabilityKindName(capability.kind), capability, "")) {
      finding.level = LevelOf(capability);
      finding.message = fmt::format(
          "the program can {} `{}`{} ({}, {})", VerbOf(capability),
          CallText(capability), PlacesText(finding),
          ConfidenceName(capability.confidence), PhaseText(capability));
      findings.push_back(std::move(finding));
    }
  }
  for (Finding& finding : UnresolvedFindings(report.unresolved))
    findings.push_back(std::move(finding));
  return findings;
}

}  // namespace bailey
