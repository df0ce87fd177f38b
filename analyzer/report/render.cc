#include "analyzer/report/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
  if (!capability.access.empty())
    return fmt::format("{} {} ({})", CapabilityKindName(capability.kind),
                       capability.name, fmt::join(capability.access, ", "));
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

// What has an access is the detail of a call, listed apart.
bool IsCall(const Capability& capability) { return capability.access.empty(); }

size_t Count(const Report& report, Confidence confidence) {
  return static_cast<size_t>(
      std::ranges::count_if(report.capabilities, [&](const Capability& each) {
        return IsCall(each) && each.confidence == confidence;
      }));
}

// In their order: who gets it, has it, writes it to memory, gives it away.
std::string CredentialText(const Report& report) {
  std::string text;
  for (const char* access : {"source", "use", "copy", "sink"})
    for (const Capability& each : report.capabilities)
      if (each.kind == CapabilityKind::kCredential &&
          each.access == std::vector<std::string>{access})
        text += RenderCapability(each).insert(
            2, fmt::format("{}: ", ConfidenceName(each.confidence)));
  if (text.empty()) return "";
  return "credentials: where they come from, who uses and copies them, and "
         "where they leave\n" +
         text + "\n";
}

std::string NamedText(const Report& report) {
  std::string text;
  size_t count = 0;
  for (const Capability& each : report.capabilities) {
    if (IsCall(each) || each.kind == CapabilityKind::kCredential) continue;
    text += RenderCapability(each);
    ++count;
  }
  if (count == 0) return "";
  return fmt::format(
      "files, programs and endpoints ({}): what the program's own calls name; "
      "`*` is any\n{}\n",
      count, text);
}

std::string RenderGroup(const Report& report, Confidence confidence) {
  const size_t count = Count(report, confidence);
  if (count == 0) return "";
  std::string text = fmt::format("{} ({}): {}\n", ConfidenceName(confidence),
                                 count, Explain(confidence));
  for (const Capability& each : report.capabilities)
    if (IsCall(each) && each.confidence == confidence)
      text += RenderCapability(each);
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

std::string RenderSwitchPoint(const SwitchPoint& point) {
  std::string text = fmt::format(
      "  {} {}: {} system calls before, {} after{}\n      {}\n", point.kind,
      RenderSite(point.site), point.startup_calls, point.serving_calls,
      point.chosen ? "  [chosen]" : "", point.why);
  if (!point.chain.empty())
    text += fmt::format("      via {}\n", RenderPath(point.chain));
  if (point.chosen) text += fmt::format("      for {}\n", point.covers);
  return text;
}

std::string RenderSwitchPoints(const std::vector<SwitchPoint>& all) {
  if (all.empty()) return "";
  std::string text = "where serving may begin\n";
  for (const SwitchPoint& each : all) text += RenderSwitchPoint(each);
  return text + "\n";
}

// Nothing where there is but one phase.
std::string PhaseSizes(const Report& report) {
  const auto chosen =
      std::ranges::find(report.switch_points, true, &SwitchPoint::chosen);
  if (chosen == report.switch_points.end()) return "";
  return fmt::format("{} system calls at startup, {} while serving\n",
                     chosen->startup_calls, chosen->serving_calls);
}

std::string RenderModelled(const std::vector<Modelled>& all) {
  if (all.empty()) return "";
  std::string text =
      fmt::format("modelled from this machine ({})\n", all.size());
  for (const Modelled& each : all) {
    text += fmt::format("  {}: {}\n", each.what, each.follows);
    const size_t count = each.loaded.size();
    if (count > 0 && count <= kShownSites)
      for (const std::string& file : each.loaded)
        text += fmt::format("      loaded {}\n", file);
    if (count > kShownSites)
      text += fmt::format("      loaded {} and {} more\n", each.loaded[0],
                          count - 1);
  }
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
  text += RenderModelled(report.modelled);
  text += RenderUnresolved(report.unresolved);
  text += RenderSwitchPoints(report.switch_points);
  text += PhaseSizes(report);
  text += NamedText(report);
  text += CredentialText(report);
  text += fmt::format(
      "{} capabilities: {} proved, {} over-approximated{}; "
      "{} places unresolved\n",
      std::ranges::count_if(report.capabilities, IsCall),
      Count(report, Confidence::kProved),
      Count(report, Confidence::kOverApproximated), AssumedText(report),
      report.unresolved.size());
  return text;
}

}  // namespace bailey::analyzer
