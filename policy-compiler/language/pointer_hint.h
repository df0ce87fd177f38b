// What can enforce a limit on a value behind a pointer, for the error that says
// that a filter cannot.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_POINTER_HINT_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_POINTER_HINT_H_

#include <string>

#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

std::string PointerHint(const Syscall& call, const SyscallArgument& argument);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_POINTER_HINT_H_
