#include "common/findings/sarif.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/digest.h"
#include "common/json.h"

namespace bailey {
namespace {

constexpr std::string_view kSchema =
    "https://json.schemastore.org/sarif-2.1.0.json";
constexpr std::string_view kSourceRoot = "%SRCROOT%";
// More of a finding than any reader of an alert wants.
constexpr size_t kFingerprintDigits = 16;

std::string_view LevelName(FindingLevel level) {
  switch (level) {
    case FindingLevel::kError:
      return "error";
    case FindingLevel::kWarning:
      return "warning";
    case FindingLevel::kNote:
      return "note";
  }
  return "none";
}

Json Text(std::string_view text) { return {{"text", text}}; }

// Braces around one value mean a list to one compiler and the value to another.
Json ListOf(Json item) {
  Json list = Json::array();
  list.push_back(std::move(item));
  return list;
}

std::string PercentEncode(std::string_view path) {
  std::string encoded;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (byte < 0x80 && std::isalnum(byte)) ||
        std::string_view("-._~/+@").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

// "denied-syscall" as "DeniedSyscall": what the format calls a name.
std::string PascalCase(std::string_view id) {
  std::string name;
  bool begins = true;
  for (const char c : id) {
    if (c != '-')
      name += static_cast<char>(
          begins ? std::toupper(static_cast<unsigned char>(c)) : c);
    begins = c == '-';
  }
  return name;
}

Json RuleJson(const FindingRule& rule) {
  return {{"id", rule.id},
          {"name", PascalCase(rule.id)},
          {"shortDescription", Text(rule.summary)},
          {"fullDescription", Text(rule.help)},
          {"help", {{"text", rule.help}, {"markdown", rule.help}}},
          {"defaultConfiguration", {{"level", LevelName(rule.level)}}},
          {"properties",
           {{"tags", ListOf("security")},
            {"security-severity", rule.security_severity}}}};
}

std::vector<const Finding*> ByLevel(const std::vector<Finding>& findings) {
  std::vector<const Finding*> order;
  for (const FindingLevel level :
       {FindingLevel::kError, FindingLevel::kWarning, FindingLevel::kNote})
    for (const Finding& finding : findings)
      if (finding.level == level) order.push_back(&finding);
  return order;
}

class SarifWriter {
 public:
  SarifWriter(std::span<const FindingRule> rules, const SarifOptions& options)
      : rules_(rules), options_(options) {}

  SarifLog Write(const std::vector<Finding>& findings) {
    Json results = Results(findings);
    SarifLog log;
    log.cut = CutText();
    Json run = {{"tool", {{"driver", Driver()}}},
                {"invocations", ListOf(Invocation(log.cut))},
                {"originalUriBaseIds",
                 {{kSourceRoot,
                   {{"description", Text("the root of the repository")}}}}},
                {"results", std::move(results)}};
    log.text = WriteJson({{"$schema", kSchema},
                          {"version", "2.1.0"},
                          {"runs", ListOf(std::move(run))}});
    return log;
  }

 private:
  Json Driver() const {
    Json rules = Json::array();
    for (const FindingRule& rule : rules_) rules.push_back(RuleJson(rule));
    const std::string& tool = options_.tool;
    return {{"name", "Bailey"},
            {"version", tool.substr(tool.rfind(' ') + 1)},
            {"rules", std::move(rules)}};
  }

  static Json Invocation(const std::string& cut) {
    Json invocation = {{"executionSuccessful", true}};
    if (!cut.empty())
      invocation["toolExecutionNotifications"] =
          ListOf({{"level", "warning"}, {"message", Text(cut)}});
    return invocation;
  }

  // The graver ones first, as many as fit.
  Json Results(const std::vector<Finding>& findings) {
    const std::vector<const Finding*> order = ByLevel(findings);
    Json results = Json::array();
    size_t size_bytes = 0;
    for (const Finding* finding : order) {
      Json result = ResultJson(*finding);
      size_bytes += WriteJson(result).size();
      if (results.size() == options_.limits.results ||
          size_bytes > options_.limits.size_bytes)
        break;
      results.push_back(std::move(result));
    }
    cut_results_ = order.size() - results.size();
    return results;
  }

  Json ResultJson(const Finding& finding) {
    const auto rule = std::ranges::find(rules_, finding.rule, &FindingRule::id);
    const std::string digest = Sha256Hex(finding.key);
    Json result = {{"ruleId", finding.rule},
                   {"ruleIndex", rule - rules_.begin()},
                   {"level", LevelName(finding.level)},
                   {"message", Text(finding.message)},
                   {"locations", ListOf(Location(PlaceOf(finding)))},
                   {"partialFingerprints",
                    {{"primaryLocationLineHash",
                      digest.substr(0, kFingerprintDigits) + ":1"},
                     {"baileyFinding/v1", digest}}}};
    AddOtherPlaces(finding, result);
    AddCodeFlow(finding, result);
    AddSuppression(finding, result);
    return result;
  }

  // A place in the repository: the first of the finding's, else `main`, else
  // the first function there is. GitHub shows no other.
  SourceSite PlaceOf(const Finding& finding) const {
    for (const SourceSite& site : finding.sites)
      if (options_.tree.Published(site.file)) return site;
    const auto main = options_.functions.find("main");
    if (main != options_.functions.end()) return main->second;
    if (!options_.functions.empty()) return options_.functions.begin()->second;
    const bool named = !finding.sites.empty() && !finding.sites[0].file.empty();
    return named ? finding.sites[0] : options_.fallback;
  }

  Json Location(const SourceSite& site) const {
    Json region = {{"startLine", std::max(site.line, 1)}};
    if (site.column > 0) region["startColumn"] = site.column;
    Json location = {{"physicalLocation",
                      {{"artifactLocation", Artifact(site.file)},
                       {"region", std::move(region)}}}};
    if (!site.function.empty())
      location["logicalLocations"] =
          ListOf({{"fullyQualifiedName", site.function}, {"kind", "function"}});
    return location;
  }

  Json Artifact(const std::string& file) const {
    if (const auto published = options_.tree.Published(file))
      return {{"uri", PercentEncode(*published)}, {"uriBaseId", kSourceRoot}};
    return {{"uri", "file://" + PercentEncode(options_.tree.Absolute(file))}};
  }

  void AddOtherPlaces(const Finding& finding, Json& result) {
    const SourceSite shown = PlaceOf(finding);
    Json places = Json::array();
    for (const SourceSite& site : finding.sites) {
      if (site == shown || site.file.empty()) continue;
      if (places.size() == options_.limits.places) {
        ++cut_places_;
        continue;
      }
      Json place = Location(site);
      place["id"] = places.size() + 1;
      place["message"] = Text("leads there, too");
      places.push_back(std::move(place));
    }
    if (!places.empty()) result["relatedLocations"] = std::move(places);
  }

  // The functions of the program on the path, then the call; what libraries do
  // behind it has no place and is told in words. Only where the path is that of
  // the place shown: a finding of several places has the path of one of them.
  void AddCodeFlow(const Finding& finding, Json& result) {
    const auto behind =
        std::ranges::find_if(finding.path, [&](const std::string& function) {
          return !options_.functions.contains(function);
        });
    const SourceSite call = PlaceOf(finding);
    if (behind == finding.path.begin() || *std::prev(behind) != call.function ||
        std::ranges::find(finding.sites, call) == finding.sites.end())
      return;
    Json steps = Json::array();
    for (auto step = finding.path.begin(); step != behind; ++step)
      AddStep(options_.functions.at(*step), "in `" + *step + "`", steps);
    std::string calls;
    for (auto step = behind; step != finding.path.end(); ++step)
      calls += (calls.empty() ? "calls " : " > ") + *step;
    AddStep(call, calls.empty() ? "here" : calls, steps);
    const Json thread = {{"locations", std::move(steps)}};
    result["codeFlows"] = ListOf({{"threadFlows", ListOf(thread)}});
  }

  void AddStep(const SourceSite& site, const std::string& text, Json& steps) {
    if (steps.size() >= options_.limits.steps) {
      ++cut_steps_;
      return;
    }
    Json location = Location(site);
    location["message"] = Text(text);
    steps.push_back({{"location", std::move(location)}});
  }

  static void AddSuppression(const Finding& finding, Json& result) {
    if (!finding.suppression) return;
    const bool in_source = finding.suppression->in_source;
    result["suppressions"] =
        ListOf({{"kind", in_source ? "inSource" : "external"},
                {"justification", finding.suppression->reason}});
    if (!in_source) result["baselineState"] = "unchanged";
  }

  std::string CutText() const {
    std::string text;
    const auto add = [&](size_t count, std::string_view what) {
      if (count > 0)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
    };
    add(cut_results_, "results of the lowest level");
    add(cut_places_, "further places of results");
    add(cut_steps_, "steps of call paths");
    return text.empty() ? ""
                        : "left out, to stay within what GitHub's code "
                          "scanning shows: " +
                              text;
  }

  std::span<const FindingRule> rules_;
  const SarifOptions& options_;
  size_t cut_results_ = 0;
  size_t cut_places_ = 0;
  size_t cut_steps_ = 0;
};

}  // namespace

SarifOptions MakeSarifOptions(const Report& report, const Flow& flow,
                              SourceTree tree) {
  SarifOptions options;
  options.tool = report.tool;
  options.tree = std::move(tree);
  options.fallback.file =
      report.inputs.empty() ? "unknown" : report.inputs[0].path;
  for (const FlowFunction& function : flow.functions)
    options.functions[function.id] = {function.extent.file,
                                      function.extent.line,
                                      function.extent.column, function.id};
  return options;
}

SarifLog WriteSarif(const std::vector<Finding>& findings,
                    std::span<const FindingRule> rules,
                    const SarifOptions& options) {
  return SarifWriter(rules, options).Write(findings);
}

}  // namespace bailey
