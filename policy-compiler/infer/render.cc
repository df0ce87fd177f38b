// What became of a report's capabilities in an inferred policy, as text for
// people and as JSON.

#include <fmt/format.h>

#include <map>
#include <utility>

#include "common/documents/report_json.h"
#include "common/json.h"
#include "common/printable.h"
#include "policy-compiler/infer/infer.h"

namespace bailey::policy {
namespace {

std::string SiteText(const Capability& capability) {
  if (capability.sites.empty()) return "";
  const SourceSite& site = capability.sites.front();
  if (site.line == 0) return " at " + site.file;
  return fmt::format(" at {}:{}", site.file, site.line);
}

// Names of files and functions are the program's own, and must not be able to
// hide a line on a terminal.
// One line for each call and reason: the surest capability speaks.
std::string ListText(const std::string& title,
                     const std::vector<LeftOut>& left_out) {
  std::map<std::pair<std::string, std::string>, const Capability*> lines;
  for (const LeftOut& left : left_out) {
    const Capability*& line = lines[{left.capability.name, left.reason}];
    if (!line || left.capability.confidence < line->confidence)
      line = &left.capability;
  }
  std::string text;
  for (const auto& [key, capability] : lines)
    text += AsciiOnly(fmt::format("{}: {} ({}{}): {}", title, key.first,
                                  ConfidenceName(capability->confidence),
                                  SiteText(*capability), key.second)) +
            "\n";
  return text;
}

Json LeftOutJson(const LeftOut& left) {
  Json sites = Json::array();
  for (const SourceSite& site : left.capability.sites)
    sites.push_back(WriteSite(site));
  return {{"kind", CapabilityKindName(left.capability.kind)},
          {"name", left.capability.name},
          {"confidence", ConfidenceName(left.capability.confidence)},
          {"phase",
           left.capability.phase == Phase::kStartup ? "startup" : "serving"},
          {"reason", left.reason},
          {"sites", std::move(sites)},
          {"path", left.capability.path}};
}

Json ListJson(const std::vector<LeftOut>& left_out) {
  Json list = Json::array();
  for (const LeftOut& left : left_out) list.push_back(LeftOutJson(left));
  return list;
}

}  // namespace

std::string RenderInferText(const InferredPolicy& inferred) {
  std::string text = ListText("left out", inferred.denied) +
                     ListText("narrowed", inferred.narrowed);
  for (const std::string& note : inferred.notes) text += "note: " + note + "\n";
  if (inferred.unresolved > 0)
    text += fmt::format(
        "note: the report has {} places that nobody could resolve: what the "
        "program does there is not in the policy\n",
        inferred.unresolved);
  return text + fmt::format(
                    "{} capabilities covered by libraries, {} by rules of "
                    "their own, {} narrowed, {} left out, {} skipped as not "
                    "proved\n",
                    inferred.covered, inferred.written,
                    inferred.narrowed.size(), inferred.denied.size(),
                    inferred.skipped);
}

std::string RenderInferJson(const InferredPolicy& inferred) {
  return WriteJson({{"schema", "bailey.infer/1"},
                    {"policy", inferred.text},
                    {"covered", inferred.covered},
                    {"written", inferred.written},
                    {"skipped", inferred.skipped},
                    {"unresolved", inferred.unresolved},
                    {"denied", ListJson(inferred.denied)},
                    {"narrowed", ListJson(inferred.narrowed)},
                    {"notes", inferred.notes}});
}

}  // namespace bailey::policy
