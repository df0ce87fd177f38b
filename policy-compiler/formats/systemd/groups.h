// systemd's groups of system calls, as Debian 12's systemd 252 has them.
//
//   std::optional<std::vector<std::string>> names =
//       SystemdGroup("@basic-io");  // _llseek, close, ..., writev
//
// The table is generated (scripts/generate-systemd-groups).

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_GROUPS_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_GROUPS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::policy {

// All calls of the group, those of groups in it too; none: no such group.
std::optional<std::vector<std::string>> SystemdGroup(std::string_view name);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_GROUPS_H_
