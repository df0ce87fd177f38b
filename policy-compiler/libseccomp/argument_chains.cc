// How each form of condition becomes alternatives of chains. The order of
// masked bits is lexicographic, from the highest down: `x > v` is "equal above
// bit b, and at b x has a one and v a zero", for any b.

#include "policy-compiler/libseccomp/argument_chains.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policy-compiler/language/compare_op.h"

namespace bailey::policy {
namespace {

constexpr uint64_t kAllBits = ~uint64_t{0};
constexpr size_t kMaxChains = 1000;

// (argument & mask) == value, `value` within `mask`.
struct MaskedEqual {
  uint64_t mask;
  uint64_t value;
};

// One ordered comparison, bit by bit.
struct Ordered {
  uint64_t mask;
  uint64_t value;
  int width_bits;
  bool is_signed;
};

// The alternatives of `x > value` or, where `greater` is false, `x < value`.
// A sign bit counts the other way round, and what the mask drops is zero.
std::vector<MaskedEqual> StrictOrder(const Ordered& order, bool greater) {
  std::vector<MaskedEqual> any;
  uint64_t above = 0;  // the bits that were seen to be equal
  for (int i = order.width_bits - 1; i >= 0; --i) {
    const uint64_t bit = uint64_t{1} << i;
    const bool flipped = order.is_signed && i == order.width_bits - 1;
    const bool limit = ((order.value & bit) != 0) != flipped;
    const MaskedEqual prefix{above, order.value & above};
    if ((order.mask & bit) == 0) {
      const bool fixed = flipped;  // a zero, counted the other way round
      if (fixed == limit) continue;
      if (fixed == greater) any.push_back(prefix);
      return any;
    }
    if (limit != greater) {
      const bool one = greater != flipped;
      any.push_back({above | bit, prefix.value | (one ? bit : 0)});
    }
    above |= bit;
  }
  return any;
}

std::vector<MaskedEqual> Equal(const Ordered& order) {
  if ((order.value & ~order.mask) != 0) return {};
  return {{order.mask, order.value}};
}

// One alternative a bit that may differ; always, where the value has a bit that
// the mask drops.
std::vector<MaskedEqual> NotEqual(const Ordered& order) {
  if ((order.value & ~order.mask) != 0) return {{0, 0}};
  std::vector<MaskedEqual> any;
  for (int i = 0; i < order.width_bits; ++i) {
    const uint64_t bit = uint64_t{1} << i;
    if ((order.mask & bit) != 0) any.push_back({bit, ~order.value & bit});
  }
  return any;
}

std::vector<MaskedEqual> Alternatives(CompareOp op, const Ordered& order) {
  if (op == CompareOp::kEqual) return Equal(order);
  if (op == CompareOp::kNotEqual) return NotEqual(order);
  const bool greater =
      op == CompareOp::kGreater || op == CompareOp::kGreaterEqual;
  std::vector<MaskedEqual> any = StrictOrder(order, greater);
  if (op == CompareOp::kLessEqual || op == CompareOp::kGreaterEqual) {
    for (const MaskedEqual& each : Equal(order)) any.push_back(each);
  }
  return any;
}

ArgumentTest TestOf(const MaskedEqual& equal) {
  return {CompareOp::kEqual, equal.mask, equal.value};
}

std::vector<MaskedEqual> Alternatives(const ArgumentTest& test) {
  return Alternatives(test.op, {test.mask, test.value, 64, false});
}

// libseccomp has the operator itself.
bool IsNative(const Comparison& comparison) {
  return comparison.width_bits == 64 && comparison.mask == kAllBits &&
         (!comparison.is_signed || comparison.op == CompareOp::kEqual ||
          comparison.op == CompareOp::kNotEqual);
}

ArgumentChain ChainOf(int argument, const ArgumentTest& test) {
  if (test.op == CompareOp::kEqual && test.mask == 0) return {};
  return {{argument, test}};
}

ArgumentChains ChainsOf(const Comparison& comparison, bool negated) {
  const CompareOp op = negated ? Opposite(comparison.op) : comparison.op;
  if (IsNative(comparison)) {
    return {ChainOf(comparison.argument, {op, kAllBits, comparison.value})};
  }
  const int width = comparison.width_bits;
  const uint64_t all = kAllBits >> (64 - width);
  ArgumentChains chains;
  for (const MaskedEqual& equal :
       Alternatives(op, {comparison.mask & all, comparison.value, width,
                         comparison.is_signed})) {
    chains.push_back(ChainOf(comparison.argument, TestOf(equal)));
  }
  return chains;
}

// Both of one argument, as alternatives of one test each.
std::vector<ArgumentTest> Merged(const ArgumentTest& left,
                                 const ArgumentTest& right) {
  if (left == right) return {left};
  std::vector<ArgumentTest> any;
  for (const MaskedEqual& a : Alternatives(left)) {
    for (const MaskedEqual& b : Alternatives(right)) {
      if (((a.value ^ b.value) & a.mask & b.mask) != 0) continue;
      any.push_back(TestOf({a.mask | b.mask, a.value | b.value}));
    }
  }
  return any;
}

// Both chains hold.
ArgumentChains Merged(const ArgumentChain& left, const ArgumentChain& right) {
  ArgumentChains chains = {left};
  for (const auto& [argument, test] : right) {
    ArgumentChains next;
    for (const ArgumentChain& chain : chains) {
      const auto same = chain.find(argument);
      const std::vector<ArgumentTest> tests =
          same == chain.end() ? std::vector{test} : Merged(same->second, test);
      for (const ArgumentTest& each : tests) {
        ArgumentChain extended = chain;
        extended[argument] = each;
        next.push_back(std::move(extended));
      }
    }
    chains = std::move(next);
  }
  return chains;
}

std::unexpected<Error> TooMany() {
  return Fail("the condition needs more than a thousand libseccomp rules",
              "use Bailey's own backend");
}

Result<ArgumentChains> Checked(ArgumentChains chains) {
  std::set<ArgumentChain> seen;
  std::erase_if(chains, [&](const ArgumentChain& chain) {
    return !seen.insert(chain).second;
  });
  if (chains.size() > kMaxChains) return TooMany();
  if (seen.contains(ArgumentChain{})) return ArgumentChains{{}};
  return chains;
}

Result<ArgumentChains> Convert(const Condition& condition, bool negated) {
  using Kind = Condition::Kind;
  if (condition.kind == Kind::kCompare) {
    return Checked(ChainsOf(condition.comparison, negated));
  }
  if (condition.kind == Kind::kNot) {
    return Convert(condition.operands.front(), !negated);
  }
  const bool all = (condition.kind == Kind::kAll) != negated;
  ArgumentChains chains;
  if (all) chains.emplace_back();
  for (const Condition& operand : condition.operands) {
    ASSIGN_OR_RETURN(ArgumentChains each, Convert(operand, negated));
    if (all) {
      ASSIGN_OR_RETURN(chains, Conjunction(chains, each));
      continue;
    }
    chains.insert(chains.end(), each.begin(), each.end());
    ASSIGN_OR_RETURN(chains, Checked(std::move(chains)));
  }
  return chains;
}

}  // namespace

Result<ArgumentChains> ChainsOf(const Condition& condition) {
  return Convert(condition, false);
}

Result<ArgumentChains> ChainsOfNot(const Condition& condition) {
  return Convert(condition, true);
}

Result<ArgumentChains> Conjunction(const ArgumentChains& left,
                                   const ArgumentChains& right) {
  ArgumentChains chains;
  for (const ArgumentChain& a : left) {
    for (const ArgumentChain& b : right) {
      const ArgumentChains both = Merged(a, b);
      chains.insert(chains.end(), both.begin(), both.end());
      if (chains.size() > kMaxChains * 4) return TooMany();
    }
  }
  return Checked(std::move(chains));
}

bool Holds(const ArgumentChains& chains, const SeccompData& data) {
  const auto holds = [&](const auto& entry) {
    const auto& [argument, test] = entry;
    const uint64_t value = data.arguments[static_cast<size_t>(argument)];
    if (test.op == CompareOp::kEqual) return (value & test.mask) == test.value;
    const std::vector<MaskedEqual> any = Alternatives(test);
    return std::ranges::any_of(any, [&](const MaskedEqual& each) {
      return (value & each.mask) == each.value;
    });
  };
  return std::ranges::any_of(chains, [&](const ArgumentChain& chain) {
    return std::ranges::all_of(chain, holds);
  });
}

}  // namespace bailey::policy
