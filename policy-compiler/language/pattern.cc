#include "policy-compiler/language/pattern.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policy-compiler/language/condition.h"

namespace bailey::policy {
namespace {

std::string NearestSyscall(Architecture architecture, std::string_view name) {
  for (const std::string_view prefix : {"SYS_", "__NR_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  if (SyscallTable::For(architecture).FindByName(name))
    return "write `" + std::string(name) + "`";
  std::vector<std::string_view> names;
  for (const Syscall& call : SyscallTable::For(architecture).all())
    names.push_back(call.name);
  return DidYouMean(name, names);
}

bool IsKnownTo(std::span<const Architecture> architectures,
               std::string_view name) {
  return std::ranges::any_of(architectures, [&](Architecture architecture) {
    return SyscallTable::For(architecture).FindByName(name) != nullptr;
  });
}

size_t CountParts(const Condition& condition) {
  size_t parts = 1;
  for (const Condition& operand : condition.operands)
    parts += CountParts(operand);
  return parts;
}

}  // namespace

const Syscall* ResolveCall(const Name& name, Architecture architecture,
                           TextReporter& report) {
  const Syscall* call = SyscallTable::For(architecture).FindByName(name.text);
  if (call != nullptr) return call;
  const bool known = IsKnownTo(kArchitectures, name.text);
  if (known && report.forgives_missing()) return nullptr;
  std::string message = known ? "the system call " + Quoted(name.text) +
                                    " does not exist on " +
                                    std::string(ArchitectureName(architecture))
                              : "unknown system call " + Quoted(name.text);
  std::string hint = NearestSyscall(architecture, name.text);
  if (IsKnownTo(report.targets(), name.text))
    report.Warning(name.span, std::move(message), std::move(hint));
  else
    report.Error(name.span, std::move(message), std::move(hint));
  return nullptr;
}

std::optional<ResolvedPattern> ResolvePattern(const SyscallPattern& pattern,
                                              Architecture architecture,
                                              Widths widths,
                                              TextReporter& report) {
  const Syscall* call = ResolveCall(pattern.name, architecture, report);
  if (call == nullptr) return std::nullopt;
  if (!pattern.when) return ResolvedPattern{call, {}, 1};
  auto when =
      ResolveCondition(*pattern.when, architecture, widths, *call, report);
  if (!when) return std::nullopt;
  if (IsAlwaysFalse(*when))
    report.Warning(pattern.when->span,
                   "the condition is always false: the rule never matches");
  const size_t parts = CountParts(*when);
  return ResolvedPattern{call, *std::move(when), parts};
}

}  // namespace bailey::policy
