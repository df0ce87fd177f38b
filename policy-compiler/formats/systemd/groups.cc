// systemd's groups of system calls: see groups.h.

#include "policy-compiler/formats/systemd/groups.h"

#include <algorithm>

namespace bailey::policy {
namespace {

struct Group {
  std::string_view name;
  std::string_view members;  // a blank between two
};

constexpr Group kGroups[] = {
#include "policy-compiler/formats/systemd/groups.inc"
};

// The table is constant and without cycles; a test expands all of it.
void AddMembers(std::string_view members, std::vector<std::string>& names) {
  while (!members.empty()) {
    const size_t end = std::min(members.find(' '), members.size());
    const std::string_view member = members.substr(0, end);
    members.remove_prefix(std::min(end + 1, members.size()));
    const auto* const group = std::ranges::find(kGroups, member, &Group::name);
    if (group != std::end(kGroups))
      AddMembers(group->members, names);
    else
      names.emplace_back(member);
  }
}

}  // namespace

std::optional<std::vector<std::string>> SystemdGroup(std::string_view name) {
  const auto* const group = std::ranges::find(kGroups, name, &Group::name);
  if (group == std::end(kGroups)) return std::nullopt;
  std::vector<std::string> names;
  AddMembers(group->members, names);
  return names;
}

}  // namespace bailey::policy
