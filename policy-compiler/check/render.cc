// A check's result as text for people, and as JSON.

#include <fmt/format.h>

#include <map>
#include <set>

#include "common/documents/report_json.h"
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

using NamesByPortion = std::map<std::string, std::set<std::string>>;

NamesByPortion UndecidedNames(const CheckResult& result, Phase phase) {
  NamesByPortion names;
  for (const CheckFinding& finding : result.undecided) {
    if (finding.capability.phase == phase)
      names[finding.portion].insert(finding.capability.name);
  }
  return names;
}

// Over-approximated calls can be many: a line a portion says which.
std::string NamesText(const NamesByPortion& names) {
  std::string text;
  for (const auto& [portion, calls] : names) {
    if (calls.empty()) continue;
    text += fmt::format("  in portion {} ({}):", portion, calls.size());
    for (const std::string& call : calls) text += " " + call;
    text += "\n";
  }
  return text;
}

std::string Under(std::string_view title, const std::string& list) {
  return list.empty() ? "" : std::string(title) + list;
}

// A call of the program's own counts there, even if the loader makes it too.
std::string UndecidedText(const CheckResult& result) {
  const NamesByPortion serving = UndecidedNames(result, Phase::kServing);
  NamesByPortion startup = UndecidedNames(result, Phase::kStartup);
  for (const auto& [portion, calls] : serving)
    for (const std::string& call : calls) startup[portion].erase(call);
  return Under(
             "undecided: these may be reachable or depend on values, and the "
             "filter will refuse them\n",
             NamesText(serving)) +
         Under(
             "undecided, at start and exit only: the loader's own calls come "
             "before the filter and are not refused; the filter will refuse "
             "what a library's constructor or exit handler makes of these\n",
             NamesText(startup));
}

std::string UncheckedText(const CheckResult& result) {
  std::string text;
  for (const Capability& capability : result.unchecked)
    text += fmt::format("  {} {}\n", CapabilityKindName(capability.kind),
                        capability.name);
  return Under("not checked: only system calls are held against a policy yet\n",
               text);
}

std::string SiteText(const Finding& finding) {
  if (finding.sites.empty()) return "";
  const SourceSite& site = finding.sites[0];
  return fmt::format(" at {}:{}", site.file, site.line);
}

std::string BadSuppressionsText(const CheckResult& result) {
  std::string text;
  for (const Finding& finding : result.bad_suppressions)
    text += fmt::format("  {}:{}: {}\n", finding.sites[0].file,
                        finding.sites[0].line, finding.message);
  return Under("malformed: these suppressions suppress nothing\n", text);
}

// What the baseline has is counted; what a source suppresses is shown.
std::string SuppressedText(const CheckResult& result) {
  std::string text;
  size_t known = 0;
  for (const Finding& finding : result.suppressed) {
    if (!finding.suppression->in_source) ++known;
    if (finding.suppression->in_source)
      text += fmt::format("  {} {}{}: {}\n", finding.rule, finding.subject,
                          SiteText(finding), finding.suppression->reason);
  }
  text = Under("suppressed in the source\n", text);
  if (known > 0)
    text += fmt::format("{} more are in the baseline already\n", known);
  return text;
}

Json SuppressedJson(const Finding& finding) {
  Json sites = Json::array();
  for (const SourceSite& site : finding.sites) sites.push_back(WriteSite(site));
  return {{"rule", finding.rule},
          {"name", finding.subject},
          {"by", finding.suppression->in_source ? "source" : "baseline"},
          {"reason", finding.suppression->reason},
          {"sites", std::move(sites)}};
}

Json BadSuppressionJson(const Finding& finding) {
  return {{"site", WriteSite(finding.sites[0])}, {"problem", finding.message}};
}

template <typename Write>
Json ListJson(const std::vector<Finding>& findings, Write write) {
  Json list = Json::array();
  for (const Finding& finding : findings) list.push_back(write(finding));
  return list;
}

Json FindingJson(const CheckFinding& finding) {
  Json sites = Json::array();
  for (const SourceSite& site : finding.capability.sites)
    sites.push_back(WriteSite(site));
  return {
      {"syscall", finding.capability.name},
      {"portion", finding.portion},
      {"confidence", ConfidenceName(finding.capability.confidence)},
      {"phase",
       finding.capability.phase == Phase::kStartup ? "startup" : "serving"},
      {"allowed", finding.allowed == Certainty::kNever ? "never" : "perhaps"},
      {"rule", RuleText(finding.rule)},
      {"path", finding.capability.path},
      {"sites", std::move(sites)}};
}

Json UncheckedJson(const std::vector<Capability>& capabilities) {
  Json list = Json::array();
  for (const Capability& capability : capabilities)
    list.push_back({{"kind", CapabilityKindName(capability.kind)},
                    {"name", capability.name}});
  return list;
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
  text += UndecidedText(result);
  text += UncheckedText(result);
  text += BadSuppressionsText(result);
  text += SuppressedText(result);
  text += fmt::format(
      "{}: {} capabilities allowed, {} denied, {} undecided, {} not checked, "
      "{} unresolved\n",
      VerdictName(result), result.allowed_count, result.denied.size(),
      result.undecided.size(), result.unchecked.size(),
      result.unresolved_count);
  return text;
}

std::string RenderCheckJson(const CheckResult& result) {
  return WriteJson(
      {{"schema", "bailey.check/1"},
       {"verdict", VerdictName(result)},
       {"allowed", result.allowed_count},
       {"unresolved", result.unresolved_count},
       {"denied", FindingsJson(result.denied)},
       {"undecided", FindingsJson(result.undecided)},
       {"unchecked", UncheckedJson(result.unchecked)},
       {"bad_suppressions",
        ListJson(result.bad_suppressions, BadSuppressionJson)},
       {"suppressed", ListJson(result.suppressed, SuppressedJson)}});
}

}  // namespace bailey::policy
