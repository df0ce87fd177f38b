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
std::optional<BitRange> Narrow(const ValueSet& range, uint8_t width_bits) {
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

// One argument, with the names that its values have.
class ArgumentTester {
 public:
  ArgumentTester(Architecture architecture, const Syscall& call,
                 const SyscallArgument& argument)
      : architecture_(architecture), call_(call), argument_(argument) {}

  // None where it would test nothing, or the language cannot say it.
  std::optional<std::string> Test(const std::vector<ValueSet>& sets) const {
    std::vector<std::string> tests;
    std::vector<BitRange> ranges;
    for (const ValueSet& set : sets) {
      if (IsWholeMask(set)) {
        ranges.push_back({set.value & Read(), set.value & Read()});
      } else if (set.mask != 0) {
        if (argument_.is_pointer || (set.mask & Read()) == 0)
          return std::nullopt;
        tests.push_back(BitsTest(set.mask & Read(), set.value & Read()));
      } else if (const auto range = Narrow(set, argument_.width_bits)) {
        ranges.push_back(*range);
      } else {
        return std::nullopt;
      }
    }
    if (!AddRanges(Normalized(std::move(ranges)), tests)) return std::nullopt;
    if (tests.empty()) return std::nullopt;
    if (tests.size() == 1) return tests.front();
    return fmt::format("({})", fmt::join(tests, " or "));
  }

 private:
  uint64_t Read() const { return LowBits(argument_.width_bits); }

  bool IsWholeMask(const ValueSet& set) const {
    return (set.mask & Read()) == Read();
  }

  bool AddRanges(const std::vector<BitRange>& ranges,
                 std::vector<std::string>& tests) const {
    if (ranges.empty()) return true;
    if (!IsSmall(ranges)) return false;
    const auto test = ArgumentTest(argument_, ranges, [&](uint64_t value) {
      return ValueName(architecture_, call_, argument_, value);
    });
    if (test) tests.insert(tests.begin(), *test);
    return test.has_value();
  }

  std::string BitsTest(uint64_t mask, uint64_t value) const {
    return fmt::format("{} & {} == {}", argument_.name, MaskText(mask),
                       BitsText(mask, value));
  }

  // By what it leaves open, if that has names: "~(O_APPEND|O_CLOEXEC)".
  std::string MaskText(uint64_t mask) const {
    const std::string open =
        BitsName(architecture_, call_, argument_, Read() & ~mask);
    if (!open.empty()) return "~" + InParentheses(open);
    const std::string known = BitsName(architecture_, call_, argument_, mask);
    return known.empty() ? fmt::format("{:#x}", mask) : InParentheses(known);
  }

  std::string BitsText(uint64_t mask, uint64_t value) const {
    // One of several values, such as O_RDONLY, only where all its bits count.
    constexpr uint64_t kLowest = 0x3;
    const std::string whole =
        (mask & kLowest) == kLowest
            ? ValueName(architecture_, call_, argument_, value)
            : BitsName(architecture_, call_, argument_, value);
    return whole.empty() ? fmt::format("{:#x}", value) : whole;
  }

  static std::string InParentheses(const std::string& names) {
    return names.contains('|') ? "(" + names + ")" : names;
  }

  const Architecture architecture_;
  const Syscall& call_;
  const SyscallArgument& argument_;
};

std::optional<std::string> TestOf(Architecture architecture,
                                  const Syscall& call,
                                  const ArgumentValues& known) {
  const auto index = static_cast<size_t>(known.index);
  if (index >= call.arguments.size()) return std::nullopt;
  return ArgumentTester(architecture, call, call.arguments[index])
      .Test(known.values);
}

}  // namespace

std::string CapabilityCondition(Architecture architecture, const Syscall& call,
                                const std::vector<ArgumentValues>& arguments) {
  std::vector<std::string> tests;
  for (const ArgumentValues& known : arguments)
    if (auto test = TestOf(architecture, call, known))
      tests.push_back(*std::move(test));
  return fmt::format("{}", fmt::join(tests, ", "));
}

std::vector<ArgumentValues> TestedArguments(
    Architecture architecture, const Syscall& call,
    const std::vector<ArgumentValues>& arguments) {
  std::vector<ArgumentValues> tested;
  for (const ArgumentValues& known : arguments)
    if (TestOf(architecture, call, known)) tested.push_back(known);
  return tested;
}

}  // namespace bailey::policy
