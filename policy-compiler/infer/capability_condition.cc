#include "policy-compiler/infer/capability_condition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/infer/value_name.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

// As many as check/abstract_call.cc looks through.
constexpr uint64_t kMaxValues = 256;

// The bits that the kernel reads of a range's values; none if these are no
// range.
std::optional<BitRange> Narrow(const ValueRange& range, uint8_t width_bits) {
  if (width_bits == 64) return BitRange{range.min, range.max};
  if (range.min >> width_bits != range.max >> width_bits) return std::nullopt;
  const uint64_t low = LowBits(width_bits);
  return BitRange{range.min & low, range.max & low};
}

bool IsSmall(const std::vector<BitRange>& ranges) {
  uint64_t count = 0;
  for (const BitRange& range : ranges) {
    if (range.last - range.first >= kMaxValues) return false;
    count += range.last - range.first + 1;
  }
  return count <= kMaxValues;
}

std::optional<std::string> Test(Architecture architecture, const Syscall& call,
                                const SyscallArgument& argument,
                                const std::vector<ValueRange>& values) {
  std::vector<BitRange> ranges;
  for (const ValueRange& value : values) {
    const std::optional<BitRange> range = Narrow(value, argument.width_bits);
    if (!range) return std::nullopt;
    ranges.push_back(*range);
  }
  ranges = Normalized(std::move(ranges));
  if (ranges.empty() || !IsSmall(ranges)) return std::nullopt;
  return ArgumentTest(argument, ranges, [&](uint64_t value) {
    return ValueName(architecture, call, argument, value);
  });
}

}  // namespace

std::string CapabilityCondition(Architecture architecture, const Syscall& call,
                                const std::vector<ArgumentValues>& arguments) {
  std::vector<std::string> tests;
  for (const ArgumentValues& known : arguments) {
    const auto index = static_cast<size_t>(known.index);
    if (index >= call.arguments.size()) continue;
    if (auto test =
            Test(architecture, call, call.arguments[index], known.values))
      tests.push_back(*std::move(test));
  }
  return fmt::format("{}", fmt::join(tests, ", "));
}

}  // namespace bailey::policy
