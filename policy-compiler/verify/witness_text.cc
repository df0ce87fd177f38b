#include "policy-compiler/verify/witness_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <vector>

#include "common/syscalls/argument_values.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {
namespace {

std::string NumberName(Architecture architecture, const SeccompData& data,
                       const Syscall* call) {
  const SyscallTable& table = SyscallTable::For(architecture);
  if (data.architecture != table.audit_arch())
    return fmt::format("number {} of architecture {:#x}", data.number,
                       data.architecture);
  if (call != nullptr) return std::string(call->name);
  if (architecture == Architecture::kX8664 && data.number >> 30 == 1)
    return fmt::format("number {:#x} of the x32 ABI", data.number);
  return fmt::format("number {} (the table does not have it)", data.number);
}

std::string NamedArgument(const Syscall& call, size_t index, uint64_t value) {
  const SyscallArgument& argument = call.arguments[index];
  std::string text = fmt::format("{}={}", argument.name,
                                 ArgumentValueText(call, index, value));
  if (ReadBits(argument, value) != value)
    text += fmt::format(" (all 64 bits: {:#x})", value);
  return text;
}

// What the call does not take is shown only where it is not 0.
std::string ArgumentsText(const Syscall* call, const SeccompData& data) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < data.arguments.size(); ++i) {
    const uint64_t value = data.arguments[i];
    if (call != nullptr && i < call->arguments.size())
      texts.push_back(NamedArgument(*call, i, value));
    else if (value != 0)
      texts.push_back(fmt::format("arg{}={:#x}", i, value));
  }
  return fmt::format("({})", fmt::join(texts, ", "));
}

}  // namespace

std::string CallText(Architecture architecture, const SeccompData& data) {
  const SyscallTable& table = SyscallTable::For(architecture);
  const bool native = data.architecture == table.audit_arch();
  const Syscall* call = native ? table.FindByNumber(data.number) : nullptr;
  std::string text =
      NumberName(architecture, data, call) + ArgumentsText(call, data);
  if (data.instruction_pointer != 0)
    text += fmt::format(" from instruction {:#x}", data.instruction_pointer);
  return text;
}

std::string ReturnText(uint32_t returned) {
  const uint32_t value = returned & SECCOMP_RET_DATA;
  const std::string data =
      value == 0 ? "" : fmt::format(" with data {}", value);
  switch (returned & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return "allow" + data;
    case SECCOMP_RET_LOG:
      return "log" + data;
    case SECCOMP_RET_ERRNO:
      if (value == 0) return "success without the call (errno 0)";
      return ActionName(
          {ActionKind::kErrno, static_cast<uint16_t>(std::min(value, 4095u))});
    case SECCOMP_RET_TRAP:
      return "trap" + data;
    case SECCOMP_RET_KILL_THREAD:
      return "kill_thread" + data;
    case SECCOMP_RET_KILL_PROCESS:
      return "kill_process" + data;
    case SECCOMP_RET_USER_NOTIF:
      return "user notification" + data;
    case SECCOMP_RET_TRACE:
      return "trace" + data;
    default:
      return fmt::format(
          "{:#x}, an action that the kernel does not know: it "
          "kills the process",
          returned);
  }
}

}  // namespace bailey::policy
