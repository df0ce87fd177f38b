// A witness in the words of a policy's author.
//
//   CallText(Architecture::kX8664, data);   // "socket(domain=AF_INET,
//   type=SOCK_RAW, protocol=0)"
//   ReturnText(0x50001);                    // "errno EPERM"

#ifndef BAILEY_POLICY_COMPILER_VERIFY_WITNESS_TEXT_H_
#define BAILEY_POLICY_COMPILER_VERIFY_WITNESS_TEXT_H_

#include <cstdint>
#include <string>

#include "common/bpf/evaluator.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// The call with its arguments by name; what the kernel does not read of one is
// shown, too, if there is any. Other architectures, x32 and numbers that the
// table does not have are said. The instruction pointer if it is not 0.
std::string CallText(Architecture architecture, const SeccompData& data);

// What a filter returned (SECCOMP_RET_* with its data) as an action's name;
// what no policy says, as the kernel's word for it.
std::string ReturnText(uint32_t returned);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_WITNESS_TEXT_H_
