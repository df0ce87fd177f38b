#include "policy-compiler/language/widths.h"

#include <algorithm>
#include <array>

namespace bailey::policy {
namespace {

// Literals, since what points to them outlives every policy.
constexpr std::array<std::string_view, 6> kPlainNames = {
    "argument0", "argument1", "argument2",
    "argument3", "argument4", "argument5"};

}  // namespace

Widths WidthsOf(const PolicySyntax& syntax, TextReporter& report) {
  Widths widths = Widths::kKernel;
  bool seen = false;
  for (const Statement& statement : syntax.statements) {
    const auto* found = std::get_if<WidthsStatement>(&statement.body);
    if (found == nullptr) continue;
    if (seen) report.Error(statement.keyword.span, "`widths` stands twice");
    seen = true;
    widths = found->widths;
  }
  return widths;
}

SyscallArgument Seen(const SyscallArgument& declared, Widths widths) {
  SyscallArgument seen = declared;
  if (widths == Widths::kKernel) return seen;
  seen.width_bits = 64;
  seen.is_signed = false;
  return seen;
}

std::optional<int> PlainArgument(std::string_view name) {
  const auto found = std::ranges::find(kPlainNames, name);
  if (found == kPlainNames.end()) return std::nullopt;
  return static_cast<int>(found - kPlainNames.begin());
}

SyscallArgument PlainArgumentAt(int index) {
  const std::string_view name = kPlainNames.at(static_cast<size_t>(index));
  return {.name = name,
          .alias = name,
          .other_alias = "",
          .width_bits = 64,
          .is_signed = false,
          .is_pointer = false};
}

}  // namespace bailey::policy
