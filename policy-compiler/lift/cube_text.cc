// From sets of values to tests in the policy language.

#include "policy-compiler/lift/cube_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "common/check.h"
#include "common/syscalls/constants.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/infer/value_name.h"
#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/widths.h"

namespace bailey::policy {
namespace {

// The masks that have a name of their own.
struct NamedMask {
  std::string_view call;
  std::string_view argument;
  std::string_view name;
};
constexpr NamedMask kNamedMasks[] = {
    {"socket", "type", "SOCK_TYPE_MASK"},
    {"socketpair", "type", "SOCK_TYPE_MASK"},
    {"open", "flags", "O_ACCMODE"},
    {"openat", "flags", "O_ACCMODE"},
};

bool IsNullTest(const MaskedSet& set) {
  const uint64_t all = ~uint64_t{0};
  return set.mask == all &&
         (set.values == ValueSet{{0, 0}} || set.values == ValueSet{{1, all}});
}

// O_RDONLY is worth nothing, and says nothing of bits.
std::string WithoutNothing(std::string name) {
  constexpr std::string_view kNothing = "O_RDONLY|";
  if (name.starts_with(kNothing)) name.erase(0, kNothing.size());
  return name;
}

// One argument as a text of these widths sees it.
class TestWriter {
 public:
  TestWriter(Architecture architecture, const Syscall& call, size_t index,
             Widths widths)
      : architecture_(architecture), call_(call) {
    const bool plain =
        index >= call.arguments.size() ||
        (call.arguments[index].is_pointer && widths == Widths::kFull);
    argument_ = plain ? PlainArgumentAt(static_cast<int>(index))
                      : Seen(call.arguments[index], widths);
  }

  std::string Text(const MaskedSet& set) const {
    if (argument_.is_pointer)
      return fmt::format("{} {} NULL", argument_.name,
                         set.values.front().first == 0 ? "==" : "!=");
    const uint64_t all = LowBits(argument_.width_bits);
    const bool masked = set.mask != all;
    CHECK((set.mask & ~all) == 0);
    const std::string operand =
        masked ? fmt::format("{} & {}", argument_.name, MaskText(set.mask))
               : std::string(argument_.name);
    const ValueSet others = OfMask(Complement(set.values, set.mask), set.mask);
    return TestText(operand, set.mask, InOrder(set),
                    InOrder({set.mask, others}));
  }

 private:
  uint64_t SignBit() const {
    return argument_.is_signed ? uint64_t{1} << (argument_.width_bits - 1) : 0;
  }

  // Ascending as the language compares; an interval from a negative number on
  // may have the greater bits first.
  ValueSet InOrder(const MaskedSet& set) const {
    const uint64_t sign = SignBit() & set.mask;
    if (sign == 0) return set.values;
    ValueSet order =
        OfMask(Intersection(set.values, {{sign, set.mask}}), set.mask);
    const ValueSet rest =
        OfMask(Intersection(set.values, {{0, sign - 1}}), set.mask);
    size_t from = 0;
    const bool joins = !order.empty() && !rest.empty() &&
                       order.back().last == set.mask && rest[0].first == 0;
    if (joins) order.back().last = rest[from++].last;
    order.insert(order.end(), rest.begin() + static_cast<std::ptrdiff_t>(from),
                 rest.end());
    return order;
  }

  uint64_t Least(uint64_t mask) const { return SignBit() & mask; }
  uint64_t Greatest(uint64_t mask) const { return mask & ~SignBit(); }

  static bool IsSingle(const ValueSet& set) {
    return set.size() == 1 && set[0].first == set[0].last;
  }

  std::string TestText(const std::string& operand, uint64_t mask,
                       const ValueSet& set, const ValueSet& others) const {
    if (IsSingle(set))
      return fmt::format("{} == {}", operand, ValueText(mask, set[0].first));
    if (IsSingle(others))
      return fmt::format("{} != {}", operand, ValueText(mask, others[0].first));
    if (set.size() == 1 && set[0].first == Least(mask))
      return fmt::format("{} <= {}", operand, Number(set[0].last));
    if (set.size() == 1 && set[0].last == Greatest(mask))
      return fmt::format("{} >= {}", operand, Number(set[0].first));
    if (others.size() < set.size())
      return fmt::format("not {} in {{{}}}", operand, Items(mask, others));
    return fmt::format("{} in {{{}}}", operand, Items(mask, set));
  }

  std::string Items(uint64_t mask, const ValueSet& set) const {
    std::vector<std::string> items;
    for (const auto& [first, last] : set) {
      // Two values are written as two: sets are of names.
      const bool two = NextOfMask(first, mask) == last;
      if (first == last || two) items.push_back(ValueText(mask, first));
      if (two) items.push_back(ValueText(mask, last));
      if (first != last && !two)
        items.push_back(Number(first) + ".." + Number(last));
    }
    return fmt::format("{}", fmt::join(items, ", "));
  }

  std::string Number(uint64_t value) const {
    return ArgumentValueText(argument_, value);
  }

  std::string ValueText(uint64_t mask, uint64_t value) const {
    const bool masked = mask != LowBits(argument_.width_bits);
    if (masked && value == 0 && !HasName(mask)) return "0";
    std::string name = ValueName(architecture_, call_, argument_, value);
    if (masked && !HasName(mask)) name = WithoutNothing(name);
    if (!name.empty()) return name;
    return masked ? fmt::format("{:#x}", value) : Number(value);
  }

  const NamedMask* HasName(uint64_t mask) const {
    for (const NamedMask& known : kNamedMasks)
      if (known.call == call_.name && known.argument == argument_.name &&
          FindConstant(architecture_, known.name) == mask)
        return &known;
    return nullptr;
  }

  std::string MaskText(uint64_t mask) const {
    if (const NamedMask* known = HasName(mask)) return std::string(known->name);
    std::string name =
        WithoutNothing(ValueName(architecture_, call_, argument_, mask));
    if (name.empty()) return fmt::format("{:#x}", mask);
    return name.contains('|') ? "(" + name + ")" : name;
  }

  const Architecture architecture_;
  const Syscall& call_;
  SyscallArgument argument_;
};

}  // namespace

bool NeedsFullWidths(const Syscall& call, const CallCube& cube) {
  for (size_t i = 0; i < cube.size(); ++i) {
    for (const MaskedSet& set : cube[i]) {
      if (i >= call.arguments.size()) return true;
      const SyscallArgument& argument = call.arguments[i];
      if (argument.is_pointer && !IsNullTest(set)) return true;
      if ((set.mask & ~LowBits(argument.width_bits)) != 0) return true;
    }
  }
  return false;
}

std::string CubeText(Architecture architecture, const Syscall& call,
                     const CallCube& cube, Widths widths) {
  std::vector<std::string> tests;
  for (size_t i = 0; i < cube.size(); ++i) {
    if (cube[i].empty()) continue;
    const TestWriter writer(architecture, call, i, widths);
    for (const MaskedSet& set : cube[i]) tests.push_back(writer.Text(set));
  }
  return fmt::format("{}", fmt::join(tests, ", "));
}

}  // namespace bailey::policy
