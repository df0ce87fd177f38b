#include "analyzer/report/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bailey::analyzer {
namespace {

// More sites than this help nobody on a terminal; the report has them all.
constexpr size_t kShownSites = 3;

std::string RenderCall(const Capability& capability) {
  std::string arguments;
  for (const ArgumentValues& argument : capability.arguments) {
    if (argument.values.empty()) continue;
    if (!arguments.empty()) arguments += ", ";
    arguments += ValuesText(argument);
  }
  if (arguments.empty()) return capability.name;
  return fmt::format("{}({})", capability.name, arguments);
}

std::string RenderSite(const SourceSite& site) {
  if (site.file.empty()) return site.function;
  if (site.line == 0) return site.file;
  return fmt::format("{}:{}:{}", site.file, site.line, site.column);
}

std::string RenderSites(const std::vector<SourceSite>& sites) {
  std::string text;
  const size_t shown = std::min(sites.size(), kShownSites);
  for (size_t i = 0; i < shown; ++i)
    text += (i > 0 ? ", " : "") + RenderSite(sites[i]);
  if (sites.size() > shown)
    text += fmt::format(" and {} more", sites.size() - shown);
  return text;
}

std::string RenderPath(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& each : path)
    text += (text.empty() ? "" : " > ") + each;
  return text;
}

std::string RenderCapability(const Capability& capability) {
  std::string text = "  " + RenderCall(capability);
  if (capability.phase == Phase::kStartup) text += "  [startup]";
  text += '\n';
  if (!capability.sites.empty())
    text += fmt::format("      at  {}\n", RenderSites(capability.sites));
  if (!capability.path.empty())
    text += fmt::format("      via {}\n", RenderPath(capability.path));
  return text;
}

std::string_view Explain(Confidence confidence) {
  switch (confidence) {
    case Confidence::kProved:
      return "called in the program's own source";
    case Confidence::kOverApproximated:
      return "reached through libraries, or through pointers";
    case Confidence::kAssumed:
      return "not analyzed";
  }
  return "";
}

size_t Count(const Report& report, Confidence confidence) {
  return static_cast<size_t>(std::ranges::count(report.capabilities, confidence,
                                                &Capability::confidence));
}

std::string RenderGroup(const Report& report, Confidence confidence) {
  const size_t count = Count(report, confidence);
  if (count == 0) return "";
  std::string text = fmt::format("{} ({}): {}\n", ConfidenceName(confidence),
                                 count, Explain(confidence));
  for (const Capability& each : report.capabilities)
    if (each.confidence == confidence) text += RenderCapability(each);
  return text + "\n";
}

std::string RenderUnresolved(const std::vector<Unresolved>& all) {
  if (all.empty()) return "";
  std::string text = fmt::format("unresolved ({})\n", all.size());
  for (const Unresolved& each : all)
    text += fmt::format("  {}: {}\n      assumed: {}\n", RenderSite(each.site),
                        each.reason, each.assumed);
  return text + "\n";
}

std::string AssumedText(const Report& report) {
  const size_t count = Count(report, Confidence::kAssumed);
  return count == 0 ? "" : fmt::format(", {} assumed", count);
}

}  // namespace

std::string RenderReportText(const Report& report) {
  std::string text;
  for (const Confidence confidence :
       {Confidence::kProved, Confidence::kOverApproximated,
        Confidence::kAssumed})
    text += RenderGroup(report, confidence);
  text += RenderUnresolved(report.unresolved);
  text += fmt::format(
      "{} capabilities: {} proved, {} over-approximated{}; "
      "{} places unresolved\n",
      report.capabilities.size(), Count(report, Confidence::kProved),
      Count(report, Confidence::kOverApproximated), AssumedText(report),
      report.unresolved.size());
  return text;
}

}  // namespace bailey::analyzer
