#include "policy-compiler/language/limit_units.h"

#include <string>
#include <vector>

#include "common/check.h"

namespace bailey::policy {
namespace {

struct Unit {
  std::string_view name;
  uint64_t scale;
};

constexpr std::array<Unit, 5> kSizes = {{{"B", 1},
                                         {"KiB", uint64_t{1} << 10},
                                         {"MiB", uint64_t{1} << 20},
                                         {"GiB", uint64_t{1} << 30},
                                         {"TiB", uint64_t{1} << 40}}};
constexpr std::array<Unit, 4> kTimes = {
    {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}}};

// Figures above these are slips, and below them sums in any unit cannot
// overflow: 2^60 bytes, a year, 1000 processors, Linux's largest pid.
constexpr uint64_t kMaxBytes = uint64_t{1} << 60;
constexpr uint64_t kMaxWallMs = uint64_t{366} * 24 * 3'600'000;
constexpr uint64_t kMaxCpuPercent = 100'000;
constexpr uint64_t kMaxPids = uint64_t{1} << 22;

uint64_t Maximum(LimitKind kind) {
  switch (kind) {
    case LimitKind::kMemory:
    case LimitKind::kOutput:
      return kMaxBytes;
    case LimitKind::kWall:
      return kMaxWallMs;
    case LimitKind::kCpu:
      return kMaxCpuPercent;
    case LimitKind::kPids:
      return kMaxPids;
  }
  CHECK(false);
}

std::optional<uint64_t> NamedUnit(std::span<const Unit> units,
                                  std::string_view what, TokenCursor& cursor) {
  std::vector<std::string_view> names;
  for (const Unit& unit : units) names.push_back(unit.name);
  // `MB` is taken for a slip of `MiB`, not for `B`.
  for (const std::string_view decimal : {"kB", "KB", "MB", "GB", "TB"}) {
    if (!cursor.AtWord(decimal) || units.data() != kSizes.data()) continue;
    const std::string binary =
        (decimal == "kB" ? "K" : std::string(decimal.substr(0, 1))) + "iB";
    cursor.Unexpected(what, "did you mean `" + binary + "`?");
    return std::nullopt;
  }
  const auto index = cursor.ExpectOneOf(what, names);
  if (!index) return std::nullopt;
  return units[*index].scale;
}

}  // namespace

std::optional<uint64_t> ParseLimitUnit(LimitKind kind, TokenCursor& cursor) {
  switch (kind) {
    case LimitKind::kMemory:
    case LimitKind::kOutput:
      return NamedUnit(kSizes, "a unit: `B`, `KiB`, `MiB`, `GiB` or `TiB`",
                       cursor);
    case LimitKind::kWall:
      return NamedUnit(kTimes, "a unit: `ms`, `s`, `min` or `h`", cursor);
    case LimitKind::kCpu:
      if (!cursor.ExpectSymbol("%", "100 % is one processor"))
        return std::nullopt;
      return 1;
    case LimitKind::kPids:
      return 1;
  }
  CHECK(false);
}

std::optional<uint64_t> ScaleLimit(const LimitItem& item, uint64_t number,
                                   uint64_t scale, TextReporter& report) {
  if (number == 0) {
    report.Error(item.span, "a limit of 0 allows nothing",
                 "leave a limit out for none");
    return std::nullopt;
  }
  const uint64_t maximum = Maximum(item.kind);
  if (number <= maximum / scale) return number * scale;
  report.Error(
      item.span, "the limit is too large",
      "the most is " + std::to_string(maximum / scale) + " of this unit");
  return std::nullopt;
}

}  // namespace bailey::policy
