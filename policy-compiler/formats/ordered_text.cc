// The text of a policy whose rules are written, and the import around it.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/printable.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/formats/ordered_rules.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxLine = 80;

// Loose actions first, so that what is allowed stands at the top.
struct WeakestFirst {
  bool operator()(const Action& a, const Action& b) const {
    return std::pair(a.kind, a.errno_value) < std::pair(b.kind, b.errno_value);
  }
};

// Names behind a rule's words, a line at a time.
std::string NamesText(const std::string& head,
                      const std::vector<std::string>& names,
                      const std::string& tail) {
  std::string text, line = head;
  for (const std::string& name : names) {
    const bool last = &name == &names.back();
    const std::string next = " " + name + (last ? tail + ";" : ",");
    if (line.size() + next.size() > kMaxLine) {
      text += line + "\n";
      line = "   ";
    }
    line += next;
  }
  return text + line + "\n";
}

std::string Head(const Action& action) {
  return IsDenial(action) ? "  deny syscall" : "  allow syscall";
}

std::string Tail(const Action& action) {
  if (action.kind == ActionKind::kAllow) return "";
  return " then " + ActionName(action);
}

using ByAction = std::map<Action, std::vector<std::string>, WeakestFirst>;

std::string RulesText(const OrderedPolicy& policy, const WrittenRules& rules) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  ByAction whole, conditional;
  for (const auto& [number, list] : rules) {
    const std::string name(table.FindByNumber(number)->name);
    for (const WrittenRule& rule : list) {
      if (IsAlways(rule.when))
        whole[rule.action].push_back(name);
      else
        conditional[rule.action].push_back(name + "(" + rule.text + ")");
    }
  }
  std::string text;
  for (auto& [action, names] : whole) {
    std::ranges::sort(names);
    text += "\n" + NamesText(Head(action), names, Tail(action));
  }
  if (!conditional.empty()) text += "\n";
  for (const auto& [action, patterns] : conditional)
    for (const std::string& pattern : patterns)
      text += Head(action) + " " + pattern + Tail(action) + ";\n";
  return text;
}

std::string CommentText(const OrderedPolicy& policy) {
  std::string text =
      fmt::format("# Imported from {}, a policy of {}.\n",
                  Printable(policy.source.substr(0, 200)), policy.tool);
  for (const std::string& comment : policy.comments)
    text += "# " + Printable(comment) + "\n";
  return text;
}

// What no rule of the source decides.
void SayFixedAnswers(const OrderedPolicy& policy,
                     std::vector<std::string>& differences) {
  const std::string otherwise = ActionName(policy.otherwise);
  const bool kills = policy.otherwise.kind >= ActionKind::kKillThread;
  const std::string x32 = policy.architecture == Architecture::kX8664
                              ? fmt::format(
                                    "; x32 numbers do so, too, and get "
                                    "`{}` from {} unless it names them",
                                    otherwise, policy.tool)
                              : "";
  differences.push_back(
      fmt::format("calls of another architecture kill the process here; a "
                  "filter of {} {}{}",
                  policy.tool, policy.foreign, x32));
  if (!kills)
    differences.push_back(fmt::format(
        "numbers that the table of {} does not have answer ENOSYS here, and "
        "`{}` from {} unless it names them",
        ArchitectureName(policy.architecture), otherwise, policy.tool));
}

}  // namespace

std::string WrittenText(const OrderedPolicy& policy,
                        const WrittenRules& rules) {
  return fmt::format(
      "{}policy {} {{\n  target linux {};\n{}  otherwise {};\n{}}}\n",
      CommentText(policy), policy.name, ArchitectureName(policy.architecture),
      policy.widths == Widths::kFull ? "  widths full;\n" : "",
      ActionName(policy.otherwise), RulesText(policy, rules));
}

Result<ImportedPolicy> ImportOrdered(const OrderedPolicy& policy,
                                     std::vector<std::string> differences) {
  if (!IsPolicyName(policy.name))
    return Fail("`" + policy.name + "` cannot be a policy's name",
                "a name has letters, digits and `_`");
  ASSIGN_OR_RETURN(const WrittenRules rules, Unordered(policy, differences));
  SayFixedAnswers(policy, differences);
  ImportedPolicy imported;
  for (const std::string& difference : differences)
    imported.differences.push_back(AsciiOnly(difference));
  imported.text = WrittenText(policy, rules);
  imported.diagnostics =
      LoadPolicy({policy.name + ".policy", imported.text}, LibraryLookup())
          .diagnostics;
  if (imported.diagnostics.has_errors())
    return std::unexpected(WithContext("the source makes no policy",
                                       ToError(imported.diagnostics)));
  return imported;
}

}  // namespace bailey::policy
