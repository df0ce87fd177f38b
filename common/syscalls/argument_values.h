// Argument values for people: which arguments of a call say what it is asked to
// do, and their values by name.
//
//   const Syscall& call = ...;                     // socket
//   IsTelling(call, 0);                            // true: domain
//   ArgumentValueText(call, 1, 0x80001);           // "SOCK_STREAM |
//   SOCK_CLOEXEC"
//
// A text is a constant expression of the policy language that has the value in
// the argument's own width. Names are those of x86_64.

#ifndef BAILEY_COMMON_SYSCALLS_ARGUMENT_VALUES_H_
#define BAILEY_COMMON_SYSCALLS_ARGUMENT_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/syscalls/syscall_table.h"

namespace bailey {

// Flags, operations, families: not descriptors, sizes, addresses and ids, which
// differ from run to run.
bool IsTelling(const Syscall& call, size_t argument);

// The bits of `value` that the kernel reads of the argument.
uint64_t ReadBits(const SyscallArgument& argument, uint64_t value);

// Pointers in hexadecimal, numbers in decimal, what has names by them.
std::string ArgumentValueText(const Syscall& call, size_t argument,
                              uint64_t value);

}  // namespace bailey

#endif  // BAILEY_COMMON_SYSCALLS_ARGUMENT_VALUES_H_
