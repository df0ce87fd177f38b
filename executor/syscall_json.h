// One system call, as an outcome has it.

#ifndef BAILEY_EXECUTOR_SYSCALL_JSON_H_
#define BAILEY_EXECUTOR_SYSCALL_JSON_H_

#include <string>

#include "common/bpf/evaluator.h"
#include "common/json.h"
#include "common/result.h"

namespace bailey::executor {

// "openat", or "syscall 9999" for a number without a name.
std::string SyscallName(const SeccompData& data);

// Its six arguments, and the names of those that the call has.
Json WriteSyscall(const SeccompData& data);
Result<SeccompData> ReadSyscall(const JsonObject& object);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_SYSCALL_JSON_H_
