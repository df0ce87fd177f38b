#include "policy-compiler/infer/policy_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/printable.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxPlaces = 3;      // comments that a rule gets
constexpr size_t kMaxNameBytes = 80;  // of a file or function in one
constexpr size_t kPathTail = 4;       // functions of a call path

// A comment ends with its line, and a policy's text is UTF-8.
std::string Printable(std::string_view text) {
  return AsciiOnly(text.substr(0, kMaxNameBytes));
}

std::string PathText(const std::vector<std::string>& path) {
  const size_t first = path.size() - std::min(path.size(), kPathTail);
  std::vector<std::string> tail;
  if (first > 0) tail.emplace_back("...");
  for (size_t i = first; i < path.size(); ++i)
    tail.push_back(Printable(path[i]));
  return fmt::format("{}", fmt::join(tail, " -> "));
}

// The surest and earliest first.
auto Rank(const Capability* capability) {
  const SourceSite site =
      capability->sites.empty() ? SourceSite{} : capability->sites.front();
  return std::tuple(capability->confidence,
                    capability->phase == Phase::kStartup, site.file, site.line,
                    capability->path);
}

std::string PlaceText(const Capability& capability) {
  std::string text(ConfidenceName(capability.confidence));
  if (capability.phase == Phase::kStartup) text += ", at start or exit";
  if (!capability.sites.empty()) {
    const SourceSite& site = capability.sites.front();
    text += ": " + Printable(site.file);
    if (site.line > 0) text += fmt::format(":{}", site.line);
    if (capability.sites.size() > 1)
      text += fmt::format(" and {} other places", capability.sites.size() - 1);
  }
  if (!capability.path.empty()) text += ", by " + PathText(capability.path);
  return text;
}

std::string Comments(const RuleDraft& draft, std::string_view indent) {
  std::vector<const Capability*> because = draft.because;
  std::ranges::sort(
      because, [](const auto* a, const auto* b) { return Rank(a) < Rank(b); });
  std::string text;
  for (size_t i = 0; i < std::min(because.size(), kMaxPlaces); ++i)
    text += fmt::format("{}# {}\n", indent, PlaceText(*because[i]));
  if (because.size() > kMaxPlaces)
    text +=
        fmt::format("{}# and {} others\n", indent, because.size() - kMaxPlaces);
  return text;
}

std::string Patterns(const RuleDraft& draft) {
  const std::string name(draft.call->name);
  if (draft.whole) return name;
  std::vector<std::string> patterns;
  for (const std::string& condition : draft.conditions)
    patterns.push_back(name + "(" + condition + ")");
  return fmt::format("{}", fmt::join(patterns, ", "));
}

std::string RuleText(const RuleDraft& draft, std::string_view indent) {
  if (draft.verbatim.empty())
    return fmt::format("{}allow syscall {}{};\n", indent, Patterns(draft),
                       draft.recorded ? " then log" : "");
  std::string text;
  if (draft.call) text += fmt::format("{}# as the ceiling limits it\n", indent);
  for (const std::string& rule : draft.verbatim)
    text += fmt::format("{}{}\n", indent, rule);
  return text;
}

std::string UsesText(const PolicyDraft& draft, std::string_view indent) {
  std::string text;
  for (const std::string& library : draft.libraries)
    text += fmt::format("{}use \"{}\";\n", indent, library);
  return text;
}

std::string RulesText(const PolicyDraft& draft, std::string_view indent) {
  std::string text;
  for (const RuleDraft& rule : draft.rules)
    text += "\n" + Comments(rule, indent) + RuleText(rule, indent);
  return text;
}

std::string ServingText(const PolicyDraft& serving) {
  std::string rules = RulesText(serving, "    ");
  if (serving.libraries.empty() && !rules.empty()) rules.erase(0, 1);
  return "\n  # From where the program calls bailey_serving() on.\n"
         "  serving {\n" +
         UsesText(serving, "    ") + rules + "  }\n";
}

std::string LimitsText(const PlanLimits& limits) {
  std::vector<std::string> amounts;
  const auto add = [&](std::string_view name, uint64_t value,
                       std::string_view unit) {
    if (value != 0)
      amounts.push_back(fmt::format("{} {}{}", name, value, unit));
  };
  add("memory", limits.memory_bytes, " B");
  add("wall", limits.wall_ms, " ms");
  add("cpu", limits.cpu_percent, " %");
  add("pids", limits.pids, "");
  add("output", limits.output_bytes, " B");
  if (amounts.empty()) return "";
  return fmt::format("  limit {};  # the ceiling's\n",
                     fmt::join(amounts, ", "));
}

}  // namespace

std::string InferredText(Architecture target, const InferOptions& options,
                         const PlanLimits& limits, const PolicyDraft& all,
                         const PolicyDraft* serving) {
  std::string text = fmt::format(
      "# Inferred from a report: review it. `bailey policy infer` wrote it.\n"
      "policy {} {{\n  target linux {};\n",
      options.name, ArchitectureName(target));
  text += UsesText(all, "  ");
  text += LimitsText(limits);
  text += fmt::format("  otherwise {};\n", ActionName(options.otherwise));
  text += RulesText(all, "  ");
  if (serving != nullptr) text += ServingText(*serving);
  return text + "}\n";
}

}  // namespace bailey::policy
