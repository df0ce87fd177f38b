// Groups: named sets of system calls, each with its condition.
//
//   Groups groups(texts, architecture, sink);  // reports what is wrong in them
//   if (Group* group = groups.Find(name, text)) ...
//
// A text sees its own groups, and of those that it does not have itself the
// ones of the texts that it uses, directly or through others.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_GROUPS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_GROUPS_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy-compiler/language/pattern.h"
#include "policy-compiler/language/texts.h"

namespace bailey::policy {

inline constexpr size_t kMaxGroups = 1000;
inline constexpr int kMaxGroupDepth = 16;

struct Group;

struct GroupMember {
  const SyscallPattern* syntax = nullptr;
  // One of the two; neither after an error.
  std::optional<ResolvedPattern> pattern;
  Group* group = nullptr;
};

struct Group {
  Name name;
  PolicyText* text = nullptr;
  std::vector<GroupMember> members;  // without cycles
  int height = 0;                    // of the groups in it; 0: not known yet
  bool in_progress = false;
  bool used = false;
};

class Groups {
 public:
  // The texts must outlive it.
  Groups(std::deque<PolicyText>& texts, Architecture architecture,
         DiagnosticSink& sink);

  // Nothing after an error, which was reported in `from`.
  Group* Find(const Name& name, PolicyText& from);

  // Of the author's own text.
  void WarnOfUnused();
  std::vector<UnusedGroup> Unused() const;

 private:
  using ByName = std::map<std::string, Group*, std::less<>>;

  void Declare(const GroupStatement& syntax, PolicyText& text);
  void ResolveMembers(Group& group, const GroupStatement& syntax);
  void Measure(Group& group);
  int HeightOf(GroupMember& member, Group& group);
  std::vector<Group*> Visible(const std::string& name, PolicyText& from);
  std::string Nearest(const std::string& name, const PolicyText& from) const;

  std::deque<PolicyText>& texts_;
  Architecture architecture_;
  std::deque<Group> groups_;  // stable addresses
  std::vector<const GroupStatement*> syntax_;
  std::map<const PolicyText*, ByName> by_text_;
  bool too_many_ = false;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_GROUPS_H_
