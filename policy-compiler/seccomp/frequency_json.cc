#include "policy-compiler/seccomp/frequency_json.h"

#include <fmt/format.h>

#include <string>

#include "common/json.h"

namespace bailey::policy {
namespace {

constexpr double kMostCalls = 1e15;

// What is wrong with one member, or nothing.
std::string Fault(const SyscallTable& table, const std::string& name,
                  const Json& count) {
  if (table.FindByName(name) == nullptr) {
    return fmt::format("no system call is named `{}`", name);
  }
  if (!count.is_number()) {
    return fmt::format("the count of `{}` is not a number", name);
  }
  const double value = count.get<double>();
  if (!(value >= 0 && value <= kMostCalls)) {
    return fmt::format("the count of `{}` is not from 0 to 1e15", name);
  }
  return "";
}

}  // namespace

Result<Frequencies> ParseFrequencyJson(std::string_view text,
                                       std::string_view name,
                                       Architecture architecture) {
  ASSIGN_OR_RETURN(const Json document, ParseJson(text, name));
  RETURN_IF_ERROR(JsonObject(document, std::string(name)).Check());
  const SyscallTable& table = SyscallTable::For(architecture);
  Frequencies frequencies;
  std::string faults;
  for (const auto& [call, count] : document.items()) {
    const std::string fault = Fault(table, call, count);
    if (fault.empty()) {
      frequencies[table.FindByName(call)->number] = count.get<double>();
    } else {
      faults += (faults.empty() ? "" : "; ") + fault;
    }
  }
  if (!faults.empty()) return Fail(fmt::format("`{}`: {}", name, faults));
  return frequencies;
}

}  // namespace bailey::policy
