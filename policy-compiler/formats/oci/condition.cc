#include "policy-compiler/formats/oci/condition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

using Ranges = std::vector<BitRange>;

// The values up to `top` that compare so; empty: none.
Ranges Satisfying(OciOperator op, uint64_t value, uint64_t top) {
  const bool beyond = value > top;  // no value of this width reaches it
  switch (op) {
    case OciOperator::kEqual:
      return beyond ? Ranges{} : Ranges{{value, value}};
    case OciOperator::kNotEqual: {
      if (beyond) return {{0, top}};
      Ranges ranges;
      if (value > 0) ranges.push_back({0, value - 1});
      if (value < top) ranges.push_back({value + 1, top});
      return ranges;
    }
    case OciOperator::kLess:
      if (beyond) return {{0, top}};
      return value == 0 ? Ranges{} : Ranges{{0, value - 1}};
    case OciOperator::kLessEqual:
      return {{0, std::min(value, top)}};
    case OciOperator::kGreater:
      return value >= top ? Ranges{} : Ranges{{value + 1, top}};
    case OciOperator::kGreaterEqual:
      return beyond ? Ranges{} : Ranges{{value, top}};
    case OciOperator::kMaskedEqual:
      break;
  }
  return {};
}

struct TestText {
  enum class Kind { kAlways, kNever, kTest, kInexpressible } kind;
  std::string text;
};
using Kind = TestText::Kind;

TestText FromRanges(const SyscallArgument& argument, const Ranges& ranges) {
  if (ranges.empty()) return {Kind::kNever, ""};
  const bool all = ranges == Ranges{{0, LowBits(argument.width_bits)}};
  if (all) return {Kind::kAlways, ""};
  const std::optional<std::string> text = ArgumentTest(argument, ranges);
  if (!text) return {Kind::kInexpressible, ""};
  return {Kind::kTest, *text};
}

// libseccomp takes from the compared value, too, what the mask does not have.
TestText FromMask(const SyscallArgument& argument, const OciArgument& test) {
  const uint64_t top = LowBits(argument.width_bits);
  const uint64_t value = test.value_two & test.value;
  const uint64_t mask = test.value & top;
  if (value > top) return {Kind::kNever, ""};
  if (mask == 0) return {Kind::kAlways, ""};
  if (mask == top)
    return FromRanges(argument, Satisfying(OciOperator::kEqual, value, top));
  if (argument.is_pointer) return {Kind::kInexpressible, ""};
  return {Kind::kTest,
          fmt::format("{} & {:#x} == {:#x}", argument.name, mask, value)};
}

TestText FromArgument(const SyscallArgument& argument,
                      const OciArgument& test) {
  if (test.op == OciOperator::kMaskedEqual) return FromMask(argument, test);
  return FromRanges(
      argument, Satisfying(test.op, test.value, LowBits(argument.width_bits)));
}

// Whether bits decide that the kernel does not read.
bool IsNarrowed(const SyscallArgument& argument, const OciArgument& test) {
  if (argument.width_bits == 64) return false;
  if (test.op != OciOperator::kMaskedEqual) return true;
  return test.value > LowBits(argument.width_bits);
}

bool TestsOneTwice(const std::vector<OciArgument>& arguments) {
  std::array<int, 6> counts{};
  for (const OciArgument& argument : arguments)
    if (++counts[static_cast<size_t>(argument.index)] > 1) return true;
  return false;
}

// What a text with `widths full;` compares by its name, or by its place.
SyscallArgument WholeWord(const Syscall& call, size_t index) {
  static constexpr std::array<std::string_view, 6> kWords = {
      "argument0", "argument1", "argument2",
      "argument3", "argument4", "argument5"};
  SyscallArgument word{};
  const bool named =
      index < call.arguments.size() && !call.arguments[index].is_pointer;
  word.name = named ? call.arguments[index].name : kWords[index];
  word.width_bits = 64;
  return word;
}

SyscallArgument Compared(const Syscall& call, int index, OciWidths widths) {
  const auto place = static_cast<size_t>(index);
  return widths == OciWidths::kFull ? WholeWord(call, place)
                                    : call.arguments[place];
}

class Translator {
 public:
  Translator(const Syscall& call, OciWidths widths, bool alternatives)
      : call_(call), widths_(widths) {
    result_.alternatives = alternatives;
  }

  void Add(const OciArgument& test) {
    const auto index = static_cast<size_t>(test.index);
    const bool full = widths_ == OciWidths::kFull;
    if (!full && index >= call_.arguments.size()) {
      result_.inexpressible.push_back(fmt::format(
          "argument {}, which `{}` does not have", test.index, call_.name));
      return;
    }
    const SyscallArgument argument =
        full ? WholeWord(call_, index) : call_.arguments[index];
    const TestText text = FromArgument(argument, test);
    if (text.kind == Kind::kInexpressible) {
      result_.inexpressible.push_back(
          fmt::format("`{}`, a pointer", argument.name));
      return;
    }
    if (IsNarrowed(argument, test)) result_.narrowed.insert(test.index);
    if (text.kind == Kind::kAlways) always_ = true;
    if (text.kind == Kind::kNever) never_ = true;
    if (text.kind == Kind::kTest) tests_.push_back(text.text);
  }

  OciCondition Take() {
    result_.kind = KindOfAll();
    if (result_.kind == OciCondition::Kind::kTest)
      result_.text = fmt::format(
          "{}", fmt::join(tests_, result_.alternatives ? " or " : ", "));
    return std::move(result_);
  }

 private:
  OciCondition::Kind KindOfAll() const {
    using Whole = OciCondition::Kind;
    if (result_.alternatives) {
      if (always_) return Whole::kAlways;
      return tests_.empty() ? Whole::kNever : Whole::kTest;
    }
    if (never_) return Whole::kNever;
    return tests_.empty() ? Whole::kAlways : Whole::kTest;
  }

  const Syscall& call_;
  const OciWidths widths_;
  std::vector<std::string> tests_;
  bool always_ = false;
  bool never_ = false;
  OciCondition result_;
};

}  // namespace

OciCondition TranslateArguments(const Syscall& call,
                                const std::vector<OciArgument>& arguments,
                                OciWidths widths) {
  Translator translator(call, widths, TestsOneTwice(arguments));
  for (const OciArgument& argument : arguments) translator.Add(argument);
  return translator.Take();
}

std::string RangesTest(const Syscall& call, int index,
                       const std::vector<BitRange>& ranges, OciWidths widths) {
  return *ArgumentTest(Compared(call, index, widths), ranges);
}

std::vector<BitRange> RangesWithout(const Syscall& call, int index,
                                    const std::set<uint64_t>& values,
                                    OciWidths widths) {
  const uint64_t top = LowBits(Compared(call, index, widths).width_bits);
  std::vector<BitRange> ranges;
  uint64_t next = 0;
  for (const uint64_t value : values) {
    if (value > next) ranges.push_back({next, value - 1});
    next = value + 1;
  }
  ranges.push_back({next, top});
  return ranges;
}

}  // namespace bailey::policy
