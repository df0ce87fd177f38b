// Lines of rules and of comments, 80 columns wide where words allow it.

#include "policy-compiler/lift/lift_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/printable.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/lift/cube_text.h"
#include "policy-compiler/lift/merge_cubes.h"

namespace bailey::policy {
namespace {

constexpr size_t kLineWidth = 80;

struct LooseFirst {
  bool operator()(const Action& a, const Action& b) const {
    return std::pair(a.kind, a.errno_value) < std::pair(b.kind, b.errno_value);
  }
};

std::string Wrapped(const std::string& first, const std::string& next,
                    const std::vector<std::string>& words) {
  std::string text, line = first;
  for (const std::string& word : words) {
    const bool fits = line.size() + 1 + word.size() <= kLineWidth;
    if (!fits && line.size() > next.size()) {
      text += line + "\n";
      line = next;
    }
    line += " " + word;
  }
  return text + line + "\n";
}

std::string RuleText(const Action& action, std::vector<std::string> patterns) {
  for (size_t i = 0; i + 1 < patterns.size(); ++i) patterns[i] += ",";
  if (action.kind != ActionKind::kAllow)
    patterns.push_back("then " + ActionName(action));
  patterns.back() += ";";
  const bool denies = IsDenial(action);
  return Wrapped(denies ? "  deny syscall" : "  allow syscall", "     ",
                 patterns);
}

// What is said of calls as wholes, and of their arguments.
struct Grouped {
  std::map<Action, std::vector<std::string>, LooseFirst> whole;
  std::map<Action,
           std::vector<std::pair<std::string, std::vector<std::string>>>,
           LooseFirst>
      partly;
};

void Add(Grouped& grouped, Architecture architecture, const Syscall& call,
         const LiftedRule& rule, Widths widths) {
  const std::string name(call.name);
  if (rule.cubes.size() == 1 && IsWholeCall(rule.cubes.front())) {
    grouped.whole[rule.action].push_back(name);
    return;
  }
  std::vector<std::string> patterns;
  for (const CallCube& cube : rule.cubes)
    patterns.push_back(fmt::format("{}({})", name,
                                   CubeText(architecture, call, cube, widths)));
  grouped.partly[rule.action].emplace_back(name, std::move(patterns));
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

std::string LiftedBody(const RulesByNumber& calls, const Action& otherwise,
                       Widths widths, const LiftOptions& options) {
  const SyscallTable& table = SyscallTable::For(options.architecture);
  Grouped grouped;
  for (const auto& [number, call] : calls)
    for (const LiftedRule& rule : call.rules)
      Add(grouped, options.architecture, *table.FindByNumber(number), rule,
          widths);
  std::string text =
      fmt::format("policy {} {{\n  target linux {};\n", options.name,
                  ArchitectureName(options.architecture));
  if (widths == Widths::kFull) text += "  widths full;\n";
  text += fmt::format("  otherwise {};\n", ActionName(otherwise));
  for (auto& [action, names] : grouped.whole) {
    std::ranges::sort(names);
    text += "\n" + RuleText(action, names);
  }
  for (auto& [action, rules] : grouped.partly) {
    std::ranges::sort(rules);
    text += "\n";
    for (auto& [name, patterns] : rules) text += RuleText(action, patterns);
  }
  return text + "}\n";
}

std::string LiftedText(const std::string& body,
                       const std::vector<std::string>& comments) {
  std::string text;
  for (const std::string& comment : comments)
    text += Wrapped("#", "#  ", Words(AsciiOnly(comment)));
  return text + body;
}

}  // namespace bailey::policy
