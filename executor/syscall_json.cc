#include "executor/syscall_json.h"

#include <fmt/format.h>

#include "common/syscalls/syscall_table.h"

namespace bailey::executor {
namespace {

const Syscall* FindSyscall(const SeccompData& data) {
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  if (data.architecture != table.audit_arch()) return nullptr;
  return table.FindByNumber(data.number);
}

// The names of the call's own arguments; the values are always six, because a
// filter sees six.
Json ArgumentNames(const SeccompData& data) {
  Json names = Json::array();
  const Syscall* call = FindSyscall(data);
  if (call == nullptr) return names;
  for (const SyscallArgument& argument : call->arguments) {
    names.push_back(argument.name);
  }
  return names;
}

}  // namespace

std::string SyscallName(const SeccompData& data) {
  const Syscall* call = FindSyscall(data);
  return call != nullptr ? std::string(call->name)
                         : fmt::format("syscall {}", data.number);
}

Json WriteSyscall(const SeccompData& data) {
  Json arguments = Json::array();
  for (const uint64_t value : data.arguments) arguments.push_back(value);
  return {{"name", SyscallName(data)},
          {"number", data.number},
          {"architecture", data.architecture},
          {"arguments", std::move(arguments)},
          {"argument_names", ArgumentNames(data)}};
}

Result<SeccompData> ReadSyscall(const JsonObject& object) {
  SeccompData data;
  ASSIGN_OR_RETURN(data.number, object.Unsigned32("number"));
  ASSIGN_OR_RETURN(data.architecture, object.Unsigned32("architecture"));
  ASSIGN_OR_RETURN(const Json* arguments, object.Array("arguments"));
  if (arguments->size() != data.arguments.size()) {
    return Fail(fmt::format("{}.arguments: expected {} values", object.where(),
                            data.arguments.size()));
  }
  for (size_t i = 0; i < data.arguments.size(); ++i) {
    const Json& value = (*arguments)[i];
    if (!value.is_number_unsigned()) {
      return Fail(fmt::format("{}.arguments[{}]: not an unsigned number",
                              object.where(), i));
    }
    data.arguments[i] = value.get<uint64_t>();
  }
  return data;
}

}  // namespace bailey::executor
