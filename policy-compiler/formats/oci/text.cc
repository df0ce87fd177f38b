#include "policy-compiler/formats/oci/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <utility>
#include <vector>

#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

constexpr size_t kLineWidth = 78;

std::string Wrapped(const std::string& head,
                    const std::vector<std::string>& words,
                    const std::string& tail) {
  std::string text, line = "  " + head;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string word =
        words[i] + (i + 1 == words.size() ? tail + ";" : ",");
    if (line.size() + 1 + word.size() > kLineWidth) {
      text += line + "\n";
      line = "   ";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

std::string Head(const Action& action) {
  return IsDenial(action) ? "deny syscall" : "allow syscall";
}

std::string Tail(const Action& action) {
  if (action.kind == ActionKind::kAllow) return "";
  return " then " + ActionName(action);
}

// Loose actions first, so that what is allowed stands at the top.
struct ByStrength {
  bool operator()(const Action& a, const Action& b) const {
    return std::pair(a.kind, a.errno_value) < std::pair(b.kind, b.errno_value);
  }
};

std::string RulesText(const OciRules& rules) {
  std::map<Action, std::vector<std::string>, ByStrength> whole, conditional;
  for (const auto& [name, list] : rules.calls) {
    for (const OciRule& rule : list) {
      if (rule.condition.empty())
        whole[rule.action].push_back(name);
      else
        conditional[rule.action].push_back(name + "(" + rule.condition + ")");
    }
  }
  std::string text;
  for (const auto& [action, names] : whole)
    text += "\n" + Wrapped(Head(action), names, Tail(action));
  if (!conditional.empty()) text += "\n";
  for (const auto& [action, patterns] : conditional)
    for (const std::string& pattern : patterns)
      text += "  " + Head(action) + " " + pattern + Tail(action) + ";\n";
  return text;
}

// A comment ends with its line.
std::string Printable(std::string_view text) {
  std::string printable(text.substr(0, 200));
  for (char& c : printable)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  return printable;
}

}  // namespace

std::string OciPolicyText(const OciRules& rules, const OciTextHead& head) {
  std::vector<std::string_view> targets;
  for (const Architecture target : head.targets)
    targets.push_back(ArchitectureName(target));
  return fmt::format(
      "# Imported from the {} {}.\n"
      "policy {} {{\n  target linux {};\n{}  otherwise {};\n{}}}\n",
      head.kind, Printable(head.source), head.name, fmt::join(targets, ", "),
      head.full_widths ? "  widths full;\n" : "", ActionName(rules.otherwise),
      RulesText(rules));
}

}  // namespace bailey::policy
