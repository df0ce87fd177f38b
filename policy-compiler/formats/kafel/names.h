// What Kafel calls system calls and their arguments, and how many bytes of each
// argument it compares, where the table of this project (the kernel's names,
// the manual pages', the kernel's widths) has it otherwise.
//
//   const Syscall* call = FindKafelCall(table, "newstat");     // stat
//   std::optional<KafelArgument> argument =
//       FindKafelArgument("clone", *call, "clone_flags");      // index 0, 8
//       bytes
//
// Read from google/kafel's tables, commit 18f2074 of 2026-04-04.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_NAMES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_NAMES_H_

#include <optional>
#include <string>
#include <string_view>

#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// Null: no call has that name.
const Syscall* FindKafelCall(const SyscallTable& table, std::string_view name);

// The call in a policy of Kafel: Kafel's name, `SYSCALL[n]` where it has none.
std::string KafelCallText(Architecture architecture, const Syscall& call);

// Whether a text can be an argument's name.
bool IsKafelName(std::string_view text);
bool IsKafelKeyword(std::string_view text);

struct KafelArgument {
  int index = 0;
  int bytes = 8;  // 8: all of it; less: the low 32 bits
};

// `name` is Kafel's name of `call`. Names of the manual pages are taken, too.
std::optional<KafelArgument> FindKafelArgument(std::string_view name,
                                               const Syscall& call,
                                               std::string_view argument);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_NAMES_H_
