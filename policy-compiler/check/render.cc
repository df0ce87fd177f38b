#include <fmt/format.h>

#include <map>
#include <set>

#include "common/json.h"
#include "policy-compiler/check/check.h"

namespace bailey::policy {
namespace {

std::string RuleText(const RuleInfo& rule) {
  if (rule.file.empty()) return rule.text;
  return fmt::format("{} ({}:{})", rule.text, rule.file, rule.line);
}

std::string SitesText(const Capability& capability) {
  std::string text;
  for (const SourceSite& site : capability.sites)
    text += fmt::format("      at {}:{}:{} in {}\n", site.file, site.line,
                        site.column, site.function);
  return text;
}

std::string FindingText(const CheckFinding& finding) {
  std::string path;
  for (const std::string& step : finding.capability.path)
    path += (path.empty() ? "" : " -> ") + step;
  std::string text =
      fmt::format("  {} in portion {}: {}\n", finding.capability.name,
                  finding.portion, RuleText(finding.rule));
  text += SitesText(finding.capability);
  if (!path.empty()) text += "      by " + path + "\n";
  return text;
}

// Over-approximated calls can be many: a line a portion says which.
std::string UndecidedText(const std::vector<CheckFinding>& findings) {
  std::map<std::string, std::set<std::string>> names;
  for (const CheckFinding& finding : findings)
    names[finding.portion].insert(finding.capability.name);
  std::string text;
  for (const auto& [portion, calls] : names) {
    text += fmt::format("  in portion {} ({}):", portion, calls.size());
    for (const std::string& call : calls) text += " " + call;
    text += "\n";
  }
  return text;
}

Json SiteJson(const SourceSite& site) {
  return {{"file", site.file},
          {"line", site.line},
          {"column", site.column},
          {"function", site.function}};
}

Json FindingJson(const CheckFinding& finding) {
  Json sites = Json::array();
  for (const SourceSite& site : finding.capability.sites)
    sites.push_back(SiteJson(site));
  return {
      {"syscall", finding.capability.name},
      {"portion", finding.portion},
      {"confidence", ConfidenceName(finding.capability.confidence)},
      {"allowed", finding.allowed == Certainty::kNever ? "never" : "perhaps"},
      {"rule", RuleText(finding.rule)},
      {"path", finding.capability.path},
      {"sites", std::move(sites)}};
}

Json FindingsJson(const std::vector<CheckFinding>& findings) {
  Json list = Json::array();
  for (const CheckFinding& finding : findings)
    list.push_back(FindingJson(finding));
  return list;
}

std::string_view VerdictName(const CheckResult& result) {
  switch (result.exit_code()) {
    case 0:
      return "allowed";
    case 1:
      return "denied";
    default:
      return "unknown";
  }
}

}  // namespace

std::string RenderCheckText(const CheckResult& result) {
  std::string text;
  if (!result.denied.empty()) {
    text += "denied: the code makes these calls, and the policy refuses them\n";
    for (const CheckFinding& finding : result.denied)
      text += FindingText(finding);
  }
  if (!result.undecided.empty()) {
    text +=
        "undecided: these may be reachable or depend on values, and the filter "
        "will refuse them\n";
    text += UndecidedText(result.undecided);
  }
  text += fmt::format(
      "{}: {} capabilities allowed, {} denied, {} undecided, {} unresolved\n",
      VerdictName(result), result.allowed_count, result.denied.size(),
      result.undecided.size(), result.unresolved_count);
  return text;
}

std::string RenderCheckJson(const CheckResult& result) {
  return WriteJson({{"schema", "bailey.check/1"},
                    {"verdict", VerdictName(result)},
                    {"allowed", result.allowed_count},
                    {"unresolved", result.unresolved_count},
                    {"denied", FindingsJson(result.denied)},
                    {"undecided", FindingsJson(result.undecided)}});
}

}  // namespace bailey::policy
