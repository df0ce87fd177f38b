#include "policy-compiler/formats/argument_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/check.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

uint64_t SignBit(const SyscallArgument& argument) {
  return uint64_t{1} << (argument.width_bits - 1);
}

// The language writes a signed range within one sign, and negatives last.
std::vector<BitRange> SplitBySign(const SyscallArgument& argument,
                                  const std::vector<BitRange>& ranges) {
  if (!argument.is_signed) return ranges;
  const uint64_t sign = SignBit(argument);
  std::vector<BitRange> split;
  for (const BitRange& range : ranges) {
    if (range.first < sign)
      split.push_back({range.first, std::min(range.last, sign - 1)});
    if (range.last >= sign)
      split.push_back({std::max(range.first, sign), range.last});
  }
  return split;
}

std::string ItemText(const SyscallArgument& argument, const BitRange& range,
                     const ValueNamer& namer) {
  const bool single = range.first == range.last;
  std::string name = single && namer ? namer(range.first) : "";
  if (!name.empty()) return name;
  const std::string first = ArgumentValueText(argument, range.first);
  if (single) return first;
  return first + ".." + ArgumentValueText(argument, range.last);
}

std::optional<std::string> PointerTest(const SyscallArgument& argument,
                                       const std::vector<BitRange>& ranges) {
  const uint64_t top = LowBits(argument.width_bits);
  const std::string name(argument.name);
  if (ranges == std::vector<BitRange>{{0, 0}}) return name + " == NULL";
  if (ranges == std::vector<BitRange>{{1, top}}) return name + " != NULL";
  return std::nullopt;
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

std::vector<BitRange> Normalized(std::vector<BitRange> ranges) {
  std::ranges::sort(ranges, {}, &BitRange::first);
  std::vector<BitRange> merged;
  for (const BitRange& range : ranges) {
    const bool meets =
        !merged.empty() && (merged.back().last == ~uint64_t{0} ||
                            range.first <= merged.back().last + 1);
    if (meets)
      merged.back().last = std::max(merged.back().last, range.last);
    else
      merged.push_back(range);
  }
  return merged;
}

std::string ArgumentValueText(const SyscallArgument& argument, uint64_t value) {
  CHECK(value <= LowBits(argument.width_bits));
  if (argument.is_signed && (value & SignBit(argument)) != 0) {
    const uint64_t magnitude = (~value + 1) & LowBits(argument.width_bits);
    return fmt::format("-{}", magnitude);
  }
  return value < 0x10000 ? std::to_string(value) : fmt::format("{:#x}", value);
}

std::optional<std::string> ArgumentTest(const SyscallArgument& argument,
                                        const std::vector<BitRange>& ranges,
                                        const ValueNamer& namer) {
  CHECK(!ranges.empty());
  if (argument.is_pointer) return PointerTest(argument, ranges);
  std::vector<std::string> items;
  for (const BitRange& range : SplitBySign(argument, ranges))
    items.push_back(ItemText(argument, range, namer));
  const bool single = ranges.size() == 1 && ranges[0].first == ranges[0].last;
  if (single) return fmt::format("{} == {}", argument.name, items.front());
  return fmt::format("{} in {{{}}}", argument.name, fmt::join(items, ", "));
}

bool IsPolicyName(std::string_view text) {
  return !text.empty() && IsLetter(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return IsLetter(c) || (c >= '0' && c <= '9');
         });
}

}  // namespace bailey::policy
