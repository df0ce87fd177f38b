#include "policy-compiler/language/groups.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bailey::policy {

Groups::Groups(std::deque<PolicyText>& texts, Architecture architecture,
               DiagnosticSink& sink)
    : texts_(texts), architecture_(architecture) {
  for (PolicyText& text : texts_)
    for (const Statement& statement : text.syntax.statements)
      if (const auto* group = std::get_if<GroupStatement>(&statement.body))
        if (!sink.full()) Declare(*group, text);
  // Groups may stand behind those that they are members of.
  for (size_t i = 0; i < groups_.size(); ++i)
    if (!sink.full()) ResolveMembers(groups_[i], *syntax_[i]);
  for (Group& group : groups_) Measure(group);
}

void Groups::Declare(const GroupStatement& syntax, PolicyText& text) {
  if (groups_.size() == kMaxGroups) {
    if (!std::exchange(too_many_, true)) {
      text.report.Error(
          syntax.name.span,
          "the policy has more than " + std::to_string(kMaxGroups) + " groups");
    }
    return;
  }
  Group& group = groups_.emplace_back();
  group.name = syntax.name;
  group.text = &text;
  syntax_.push_back(&syntax);
  if (by_text_[&text].emplace(syntax.name.text, &group).second) return;
  text.report.Error(syntax.name.span, "the group " + Quoted(syntax.name.text) +
                                          " is declared twice");
}

void Groups::ResolveMembers(Group& group, const GroupStatement& syntax) {
  for (const SyscallPattern& pattern : syntax.members) {
    GroupMember& member = group.members.emplace_back();
    member.syntax = &pattern;
    if (pattern.is_group)
      member.group = Find(pattern.name, *group.text);
    else
      member.pattern = ResolvePattern(pattern, architecture_,
                                      group.text->widths, group.text->report);
  }
}

// Reports cycles and depth, and cuts what is reported, so that going through a
// group ends.
void Groups::Measure(Group& group) {
  if (group.height > 0) return;
  group.in_progress = true;
  int height = 1;
  for (GroupMember& member : group.members)
    if (member.group != nullptr)
      height = std::max(height, HeightOf(member, group) + 1);
  group.in_progress = false;
  group.height = height;
}

// 0 for a member that was cut.
int Groups::HeightOf(GroupMember& member, Group& group) {
  Group& inner = *member.group;
  std::string problem;
  if (inner.in_progress) {
    problem = " contains itself, directly or through others";
  } else {
    Measure(inner);
    if (inner.height < kMaxGroupDepth) return inner.height;
    problem = " nests more than " + std::to_string(kMaxGroupDepth) +
              " levels deep here";
  }
  group.text->report.Error(member.syntax->name.span,
                           "the group " + Quoted(inner.name.text) + problem);
  member.group = nullptr;
  return 0;
}

// Its own alone, if it has one; else the nearest of each text that it uses.
std::vector<Group*> Groups::Visible(const std::string& name, PolicyText& from) {
  std::vector<Group*> found;
  std::vector<PolicyText*> open = {&from};
  std::set<const PolicyText*> seen = {&from};
  while (!open.empty()) {
    PolicyText* const text = open.back();
    open.pop_back();
    const ByName& own = by_text_[text];
    if (const auto group = own.find(name); group != own.end()) {
      found.push_back(group->second);
      continue;
    }
    for (const auto& [offset, used] : text->uses)
      if (used != nullptr && seen.insert(used).second) open.push_back(used);
  }
  return found;
}

Group* Groups::Find(const Name& name, PolicyText& from) {
  const std::vector<Group*> found = Visible(name.text, from);
  for (Group* const group : found) group->used = true;
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    from.report.Error(name.span, "unknown group " + Quoted(name.text),
                      Nearest(name.text, from));
  } else {
    from.report.Error(name.span,
                      "the group " + Quoted(name.text) + " is in " +
                          Quoted(found[0]->text->text.name) + " and in " +
                          Quoted(found[1]->text->text.name),
                      "a group of that name in this text goes before both");
  }
  return nullptr;
}

std::string Groups::Nearest(const std::string& name,
                            const PolicyText& from) const {
  const bool is_call =
      SyscallTable::For(architecture_).FindByName(name) != nullptr;
  if (is_call) return "it is a system call: leave out `group`";
  std::vector<std::string_view> names;
  for (const Group& group : groups_)
    if (group.text == &from || group.text->is_library)
      names.push_back(group.name.text);
  return DidYouMean(name, names);
}

std::vector<UnusedGroup> Groups::Unused() const {
  std::vector<UnusedGroup> unused;
  for (const Group& group : groups_) {
    if (group.used || group.text->is_library) continue;
    const LineColumn place = PlaceIn(*group.text, group.name.span.offset);
    unused.push_back({group.name.text, place.line, place.column});
  }
  return unused;
}

void Groups::WarnOfUnused() {
  for (const Group& group : groups_) {
    if (group.used || group.text->is_library) continue;
    group.text->report.Warning(
        group.name.span, "no rule uses the group " + Quoted(group.name.text),
        "as in `allow syscall group " + group.name.text + ";`");
  }
}

}  // namespace bailey::policy
