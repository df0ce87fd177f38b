// What an argument's value is called: `AT_FDCWD`, `O_RDWR|O_CLOEXEC`.
//
//   ValueName(architecture, call, call.arguments[2], 0x80000)
//   // "O_RDONLY|O_CLOEXEC"

#ifndef BAILEY_POLICY_COMPILER_INFER_VALUE_NAME_H_
#define BAILEY_POLICY_COMPILER_INFER_VALUE_NAME_H_

#include <cstdint>
#include <string>

#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// A constant expression of the policy language that is worth the value, in the
// argument's width; "" where no name is known.
std::string ValueName(Architecture architecture, const Syscall& call,
                      const SyscallArgument& argument, uint64_t value);

// Of bits that a mask has or that are known below one: names of all of them,
// joined by `|`; "" where not all have one.
std::string BitsName(Architecture architecture, const Syscall& call,
                     const SyscallArgument& argument, uint64_t bits);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_VALUE_NAME_H_
