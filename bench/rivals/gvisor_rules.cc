#include "bench/rivals/gvisor_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "bench/rivals/backward_assembler.h"

namespace bailey::bench {
namespace {

std::string Signature(const Matcher& matcher) {
  if (matcher.is_half)
    return fmt::format("{:x},{:x},{:x};", matcher.offset, matcher.mask,
                       matcher.value);
  const policy::Comparison& test = matcher.whole;
  return fmt::format("{},{},{:x},{:x};", static_cast<int>(test.op),
                     test.width_bits, test.mask, test.value);
}

std::string Signature(const PerArgument& all) {
  std::string text;
  for (const auto& [key, matchers] : all) {
    text += fmt::format("{}:", key);
    for (const Matcher& matcher : matchers) text += Signature(matcher);
  }
  return text;
}

std::vector<PerArgument> WithoutRepeats(const std::vector<PerArgument>& any) {
  std::vector<PerArgument> kept;
  std::set<std::string> seen;
  for (const PerArgument& each : any)
    if (seen.insert(Signature(each)).second) kept.push_back(each);
  return kept;
}

// Keys first..last.
PerArgument Only(const PerArgument& all, int first, int last) {
  return {all.lower_bound(first), all.upper_bound(last)};
}

PerArgument Without(PerArgument all, int first, int last) {
  all.erase(all.lower_bound(first), all.upper_bound(last));
  return all;
}

// Whether each test of the keys stands with the same tests of the others.
bool IsFactor(const std::vector<PerArgument>& any, int first, int last) {
  std::map<std::string, std::set<std::string>> others;
  std::set<std::string> all_others;
  for (const PerArgument& each : any) {
    const std::string rest = Signature(Without(each, first, last));
    others[Signature(Only(each, first, last))].insert(rest);
    all_others.insert(rest);
  }
  const bool trivial = (others.size() == 1 && others.contains("")) ||
                       (all_others.size() == 1 && all_others.contains(""));
  return !trivial && std::ranges::all_of(others, [&](const auto& entry) {
    return entry.second == all_others;
  });
}

// The keys' tests, and those of the others.
Rule Factored(const std::vector<PerArgument>& any, int first, int last) {
  std::vector<PerArgument> one;
  std::vector<PerArgument> rest;
  for (const PerArgument& each : any) {
    one.push_back(Only(each, first, last));
    rest.push_back(Without(each, first, last));
  }
  Rule both;
  both.factors.push_back(OptimizedRule(std::move(one)));
  both.factors.push_back(OptimizedRule(std::move(rest)));
  return both;
}

}  // namespace

void AddMatchers(const policy::Comparison& test, PerArgument& all) {
  const int key = 3 * test.argument;
  if (test.op != policy::CompareOp::kEqual) {
    Matcher whole;
    whole.is_half = false;
    whole.whole = test;
    all[key + 2].push_back(whole);
    return;
  }
  const uint64_t mask = EffectiveMask(test);
  const auto add = [&](int half, uint32_t offset, uint32_t half_mask,
                       uint32_t value) {
    if (half_mask == 0 && value == 0) return;
    all[key + half].push_back({true, offset, half_mask, value, {}});
  };
  add(0, LowOffset(test), LowHalf(mask), LowHalf(test.value));
  if (IsWide(test))
    add(1, HighOffset(test), HighHalf(mask), HighHalf(test.value));
}

Rule OptimizedRule(std::vector<PerArgument> any) {
  any = WithoutRepeats(any);
  for (int key = 0; any.size() > 1 && key < 18; key += 3) {
    // The argument, its high half, its low half.
    if (IsFactor(any, key, key + 2)) return Factored(any, key, key + 2);
    if (IsFactor(any, key + 1, key + 1)) return Factored(any, key + 1, key + 1);
    if (IsFactor(any, key, key)) return Factored(any, key, key);
  }
  return {std::move(any), {}};
}

}  // namespace bailey::bench
