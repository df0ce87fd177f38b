// The units of `limit`: `256 MiB`, `30 s`, `50 %`, `64`.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_LIMIT_UNITS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_LIMIT_UNITS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "policy-compiler/language/token_cursor.h"

namespace bailey::policy {

// In LimitKind's order.
inline constexpr std::array<std::string_view, 5> kLimitNames = {
    "memory", "wall", "cpu", "pids", "output"};

// Reads the unit of a limit; how many of PlanLimits' unit it is. Nothing after
// an error, which was reported.
std::optional<uint64_t> ParseLimitUnit(LimitKind kind, TokenCursor& cursor);

// number * scale, or an error at the item where it is 0 or too large.
std::optional<uint64_t> ScaleLimit(const LimitItem& item, uint64_t number,
                                   uint64_t scale, TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_LIMIT_UNITS_H_
