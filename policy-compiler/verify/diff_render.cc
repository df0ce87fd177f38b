// The differences of two policies as text for people, and as JSON.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/json.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/verify/policy_diff.h"

namespace bailey::policy {
namespace {

const Syscall* CallOf(const CallDifference& difference) {
  return SyscallTable::For(difference.architecture)
      .FindByNumber(difference.witness.data.number);
}

// Said where it is not the usual one.
std::string TargetText(Architecture architecture) {
  if (architecture == Architecture::kX8664) return "";
  return fmt::format(" on {}", ArchitectureName(architecture));
}

std::string ValueText(uint64_t value) {
  return value < 10'000 ? std::to_string(value) : fmt::format("{:#x}", value);
}

// Named where the table knows the argument; others only if they are not 0.
std::string ArgumentsText(const Syscall* call, const SeccompData& data) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < data.arguments.size(); ++i) {
    const bool named = call != nullptr && i < call->arguments.size();
    if (!named && data.arguments[i] == 0) continue;
    const std::string name =
        named ? std::string(call->arguments[i].name) : fmt::format("arg{}", i);
    texts.push_back(name + "=" + ValueText(data.arguments[i]));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string InvocationText(const CallDifference& difference) {
  const CallWitness& witness = difference.witness;
  const Syscall* call = CallOf(difference);
  std::string text = call
                         ? std::string(call->name)
                         : fmt::format("number {} (the table does not have it)",
                                       witness.data.number);
  text += "(" + ArgumentsText(call, witness.data) + ")";
  if (witness.others > 0)
    text +=
        fmt::format(", and {} other calls that no rule names", witness.others);
  return text + " in portion " + difference.portion +
         TargetText(difference.architecture);
}

// A rule may name hundreds of calls; its place is what a reader needs.
std::string RuleText(const RuleInfo& rule) {
  constexpr size_t kMaxBytes = 120;
  std::string text = rule.text.substr(0, kMaxBytes);
  if (text.size() < rule.text.size()) text += "...";
  if (rule.file.empty()) return text;
  return fmt::format("{} ({}:{})", text, rule.file, rule.line);
}

bool Exceeds(Relation relation) {
  return relation == Relation::kLooser || relation == Relation::kIncomparable;
}

std::string CallText(const CallDifference& difference, const DiffView& view) {
  const CallWitness& witness = difference.witness;
  const std::string title = view.ceiling
                                ? "the ceiling denies"
                                : std::string(RelationName(witness.relation));
  return fmt::format(
      "{}: {}\n  {}: {}, by {}\n  {}: {}, by {}\n", title,
      InvocationText(difference), view.ceiling ? "ceiling" : "old",
      ActionName(witness.old_verdict.action), RuleText(difference.old_rule),
      view.ceiling ? "policy " : "new", ActionName(witness.new_verdict.action),
      RuleText(difference.new_rule));
}

std::string GrantText(const GrantDifference& grant, const DiffView& view) {
  const std::string place =
      grant.portion.empty() ? "" : " in portion " + grant.portion;
  if (view.ceiling)
    return fmt::format(
        "the ceiling denies: {}{}: {}, where the ceiling has {}\n", grant.what,
        place, grant.new_value, grant.old_value);
  return fmt::format("{}: {}{}: {} -> {}\n", RelationName(grant.relation),
                     grant.what, place, grant.old_value, grant.new_value);
}

Json CallJson(const CallDifference& difference) {
  const CallWitness& witness = difference.witness;
  const Syscall* call = CallOf(difference);
  Json names = Json::array();
  if (call != nullptr)
    for (const SyscallArgument& argument : call->arguments)
      names.push_back(argument.name);
  return {{"syscall", call ? std::string(call->name)
                           : std::to_string(witness.data.number)},
          {"arguments", witness.data.arguments},
          {"old", ActionName(witness.old_verdict.action)},
          {"new", ActionName(witness.new_verdict.action)},
          {"relation", RelationName(witness.relation)},
          {"portion", difference.portion},
          {"arch", ArchitectureName(difference.architecture)},
          {"number", witness.data.number},
          {"argument_names", std::move(names)},
          {"old_rule", RuleText(difference.old_rule)},
          {"new_rule", RuleText(difference.new_rule)},
          {"others", witness.others}};
}

Json GrantJson(const GrantDifference& grant) {
  return {{"what", grant.what},
          {"old", grant.old_value},
          {"new", grant.new_value},
          {"relation", RelationName(grant.relation)},
          {"portion", grant.portion}};
}

Json UndecidedJson(const PolicyDiff& diff) {
  Json list = Json::array();
  for (const UndecidedDifference& undecided : diff.undecided)
    list.push_back({{"portion", undecided.portion},
                    {"arch", ArchitectureName(undecided.architecture)},
                    {"syscall", undecided.syscall},
                    {"reason", undecided.reason}});
  return list;
}

// What is undecided can still make any relation but one an incomparable one.
std::string_view RelationText(const PolicyDiff& diff) {
  const Relation found = diff.relation();
  const bool open = !diff.undecided.empty() && found != Relation::kIncomparable;
  return open ? "unknown" : RelationName(found);
}

std::string_view VerdictText(const PolicyDiff& diff, const DiffView& view) {
  if (!view.ceiling) return RelationText(diff);
  if (diff.exit_code() == 1) return "the ceiling is exceeded";
  return diff.exit_code() == 0 ? "within the ceiling" : "unknown";
}

// "3 system calls entirely, 2 in part (7 classes)", or empty.
std::string ChangeText(const PermissionChange& change) {
  if (change.classes == 0) return "";
  std::vector<std::string> parts;
  const auto add = [&](size_t count, std::string_view how) {
    if (count > 0)
      parts.push_back(fmt::format("{}{} {}", count,
                                  !parts.empty() ? ""
                                  : count == 1   ? " system call"
                                                 : " system calls",
                                  how));
  };
  add(change.entirely, "entirely");
  add(change.in_part, "in part");
  return fmt::format("{} ({} {})", fmt::join(parts, ", "), change.classes,
                     change.classes == 1 ? "class" : "classes");
}

std::string ChangesText(const CallChanges& changes, const DiffView& view) {
  const std::string_view least = changes.at_least ? "at least " : "";
  std::string text;
  const auto add = [&](std::string_view what, const PermissionChange& change) {
    const std::string counted = ChangeText(change);
    if (!counted.empty())
      text += fmt::format("{}: {}{}\n", what, least, counted);
  };
  add(view.ceiling ? "beyond the ceiling" : "newly allowed", changes.allowed);
  if (!view.ceiling) add("newly denied", changes.denied);
  return text;
}

Json ChangeJson(const PermissionChange& change) {
  return {{"entirely", change.entirely},
          {"in_part", change.in_part},
          {"classes", change.classes}};
}

Json ChangesJson(const CallChanges& changes) {
  return {{"newly_allowed", ChangeJson(changes.allowed)},
          {"newly_denied", ChangeJson(changes.denied)},
          {"at_least", changes.at_least}};
}

// What is shown, what exceeds first.
struct Shown {
  std::vector<const CallDifference*> calls;
  std::vector<const GrantDifference*> grants;
  size_t more = 0;
};

class Chooser {
 public:
  explicit Chooser(const DiffView& view) : view_(view) {}

  Shown Choose(const PolicyDiff& diff) {
    for (const bool exceeding : {true, false}) {
      if (!exceeding && view_.ceiling) continue;
      for (const GrantDifference& grant : diff.grants)
        if (Exceeds(grant.relation) == exceeding) Add(grant, shown_.grants);
      for (const CallDifference& call : diff.calls)
        if (Exceeds(call.witness.relation) == exceeding)
          Add(call, shown_.calls);
    }
    return std::move(shown_);
  }

 private:
  void Add(const auto& difference, auto& list) {
    if (view_.max_shown != 0 && count_ == view_.max_shown) {
      ++shown_.more;
      return;
    }
    ++count_;
    list.push_back(&difference);
  }

  const DiffView& view_;
  Shown shown_;
  size_t count_ = 0;
};

}  // namespace

std::string RenderDiffText(const PolicyDiff& diff, const DiffView& view) {
  const Shown shown = Chooser(view).Choose(diff);
  std::string text;
  for (const GrantDifference* grant : shown.grants)
    text += GrantText(*grant, view);
  for (const CallDifference* call : shown.calls) text += CallText(*call, view);
  if (shown.more > 0)
    text += fmt::format("and {} more; --max 0 shows all\n", shown.more);
  for (const UndecidedDifference& undecided : diff.undecided)
    text +=
        fmt::format("undecided: {} in portion {}: the solver gave up ({})\n",
                    undecided.syscall, undecided.portion, undecided.reason);
  return text + ChangesText(diff.changes, view) +
         std::string(VerdictText(diff, view)) + "\n";
}

std::string RenderDiffJson(const PolicyDiff& diff, const DiffView& view) {
  const Shown shown = Chooser(view).Choose(diff);
  Json witnesses = Json::array();
  for (const CallDifference* call : shown.calls)
    witnesses.push_back(CallJson(*call));
  Json grants = Json::array();
  for (const GrantDifference* grant : shown.grants)
    grants.push_back(GrantJson(*grant));
  return WriteJson({{"schema", "bailey.diff/1"},
                    {"relation", RelationText(diff)},
                    {"witnesses", std::move(witnesses)},
                    {"grants", std::move(grants)},
                    {"more", shown.more},
                    {"counts", ChangesJson(diff.changes)},
                    {"undecided", UndecidedJson(diff)}});
}

}  // namespace bailey::policy
