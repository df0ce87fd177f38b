#include "bench/filters/lower_bound.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <set>

#include "bench/filters/answers.h"
#include "bench/filters/dispatch_bound.h"

namespace bailey::bench {
namespace {

// The search for the best dispatch grows with two to this.
constexpr size_t kMostRuns = 9;

std::vector<uint32_t> NumberBoundaries(const Answers& answers) {
  std::vector<uint32_t> lasts;
  const auto& numbers = answers.lowered().numbers;
  for (size_t i = 0; i + 1 < numbers.size(); ++i)
    if (answers.Differ(numbers[i].last, numbers[i + 1].first))
      lasts.push_back(numbers[i].last);
  return lasts;
}

// What one call's conditions compare of a word: (word & mask) with value.
struct WordComparison {
  uint32_t mask;
  uint32_t value;
  auto operator<=>(const WordComparison&) const = default;
};

// Of each call. What a mask drops whole is not compared.
std::map<uint32_t, std::set<WordComparison>> ComparedBy(
    const policy::Policy& policy, uint32_t offset) {
  std::map<uint32_t, std::set<WordComparison>> compared;
  for (const policy::SyscallRule& rule : policy.portions[0].syscalls) {
    std::vector<policy::Comparison> comparisons;
    CollectComparisons(rule.when, comparisons);
    for (const policy::Comparison& each : comparisons) {
      if (16 + 8 * each.argument != static_cast<int>(offset / 8 * 8)) continue;
      const int shift = offset % 8 == 4 ? 32 : 0;
      const uint64_t all = ~uint64_t{0} >> (64 - each.width_bits);
      const auto mask = static_cast<uint32_t>((each.mask & all) >> shift);
      if (mask != 0)
        compared[rule.number].insert(
            {mask, static_cast<uint32_t>(each.value >> shift)});
    }
  }
  return compared;
}

bool IsMasked(const std::set<WordComparison>& comparisons) {
  return std::ranges::any_of(comparisons, [](const WordComparison& each) {
    return each.mask != ~uint32_t{0};
  });
}

// Of one word, over the calls that compare it whole: where a step of its value
// by one, all else being equal, changes the answer.
std::vector<uint32_t> WordBoundaries(
    const Answers& answers, uint32_t offset,
    const std::map<uint32_t, std::set<WordComparison>>& compared) {
  std::set<uint32_t> lasts;
  for (const auto& [number, samples] : answers.samples()) {
    const auto at = compared.find(number);
    if (at == compared.end() || IsMasked(at->second)) continue;
    for (const SeccompData& data : samples) {
      for (const uint32_t value : answers.ValuesOf(number, offset)) {
        if (value == ~uint32_t{0} || lasts.contains(value)) continue;
        if (answers.Of(Answers::With(data, offset, value)) !=
            answers.Of(Answers::With(data, offset, value + 1)))
          lasts.insert(value);
      }
    }
  }
  return {lasts.begin(), lasts.end()};
}

// Whether the values that pass are at least 256 separate stretches, so that
// comparisons of the whole word are no way to tell them.
bool ScattersValues(uint32_t mask) {
  const int above = 32 - std::countr_zero(mask);
  return above - std::popcount(mask) >= 8;
}

// Instructions for the masks that are the only one of some call on this word: a
// test each, and an `and` where `jset` does not do.
size_t MaskedTests(const std::map<uint32_t, std::set<WordComparison>>& compared,
                   const std::function<bool(uint32_t)>& is_sensitive) {
  std::set<uint32_t> masks;
  std::set<uint32_t> kept;  // by `and`
  for (const auto& [number, comparisons] : compared) {
    if (!is_sensitive(number)) continue;
    const uint32_t mask = comparisons.begin()->mask;
    const bool one = std::ranges::all_of(
        comparisons,
        [&](const WordComparison& each) { return each.mask == mask; });
    if (!one || mask == ~uint32_t{0} || !ScattersValues(mask)) continue;
    masks.insert(mask);
    const bool by_bits =
        std::ranges::all_of(comparisons, [&](const WordComparison& each) {
          return each.value == 0 ||
                 (each.value == mask && std::has_single_bit(mask));
        });
    if (!by_bits && comparisons.size() == 1) kept.insert(mask);
  }
  return masks.size() + kept.size();
}

bool IsSensitiveOf(const Answers& answers, uint32_t number, uint32_t offset) {
  const auto at = answers.samples().find(number);
  return at != answers.samples().end() &&
         std::ranges::any_of(at->second, [&](const SeccompData& data) {
           return answers.IsSensitive(data, offset);
         });
}

size_t WordTests(const policy::Policy& policy, const Answers& answers,
                 uint32_t offset) {
  const auto compared = ComparedBy(policy, offset);
  const size_t whole =
      FewestComparisons(WordBoundaries(answers, offset, compared));
  const size_t masked = MaskedTests(compared, [&](uint32_t number) {
    return IsSensitiveOf(answers, number, offset);
  });
  return std::max(whole + masked, size_t{1});
}

// How many of the calls' conditions are shown to differ from each other.
size_t DifferentConditions(const Answers& answers) {
  std::vector<uint32_t> different;
  for (const auto& [number, samples] : answers.samples()) {
    const bool is_new = answers.DependsOnArguments(number) &&
                        std::ranges::all_of(different, [&](uint32_t other) {
                          return answers.Differ(number, other);
                        });
    if (is_new) different.push_back(number);
  }
  return different.size();
}

bool IsSensitiveAnywhere(const Answers& answers, uint32_t offset) {
  return std::ranges::any_of(answers.samples(), [&](const auto& entry) {
    return std::ranges::any_of(entry.second, [&](const SeccompData& data) {
      return answers.IsSensitive(data, offset);
    });
  });
}

std::set<uint32_t> AnswersGiven(const Answers& answers) {
  std::set<uint32_t> given = {answers.Of({.architecture = 0})};
  for (const policy::NumberRange& range : answers.lowered().numbers)
    for (const SeccompData& data : answers.Samples(range.first))
      given.insert(answers.Of(data));
  return given;
}

// Stretches of numbers that a filter may know together before it reads an
// argument: all of their answers depend on arguments, but for single numbers
// between two such (docs/filters-lower-bound.md).
std::vector<WeightedRun> RunsOf(const Answers& answers, const CallMix& calls) {
  std::set<uint32_t> dependent;
  for (const auto& [number, samples] : answers.samples())
    if (answers.DependsOnArguments(number)) dependent.insert(number);
  std::vector<WeightedRun> runs;
  for (const uint32_t number : dependent) {
    if (runs.empty() || number > runs.back().end + 1)
      runs.push_back({number, number, 0});
    runs.back().end = uint64_t{number} + 1;
    for (const MixedCall& call : calls)
      if (call.number == number) runs.back().weight += call.weight;
  }
  std::erase_if(runs, [](const WeightedRun& run) { return run.weight == 0; });
  return runs;
}

// Tests of architecture, number and argument words on one path.
size_t LongestPath(const Answers& answers) {
  int words = 0;
  for (const auto& [number, samples] : answers.samples())
    for (const SeccompData& data : samples)
      words = std::max(words, answers.SensitiveWords(data));
  return 2 + static_cast<size_t>(words);
}

// What a path of the call must have beside tests of the number: architecture
// and number loaded, the architecture tested, a return; and each word that
// decides loaded and used.
double FixedCost(const Answers& answers, const MixedCall& call) {
  SeccompData data = answers.Native(call.number);
  data.arguments = call.arguments;
  return 4 + 2 * std::max(answers.SensitiveWords(data), 1);
}

}  // namespace

size_t SizeBound::of_any() const {
  // Each instruction but the first is some other's successor: a test has two, a
  // load one, a return none.
  const size_t tests = std::max(returns - 1, path_tests);
  return words + returns + tests;
}

size_t SizeBound::by_comparison() const {
  const size_t loads = 2 + std::max(words - 2, argument_loads);
  // What a filter without the masked tests would need at least.
  constexpr size_t kWithoutMasks = 255;
  return std::min(loads + returns + number_tests + word_tests, kWithoutMasks);
}

Result<SizeBound> SizeBoundOf(const policy::Policy& policy) {
  ASSIGN_OR_RETURN(const Answers answers, AnswersOf(policy));
  SizeBound bound{.words = 2,
                  .argument_loads = DifferentConditions(answers),
                  .returns = AnswersGiven(answers).size(),
                  .number_tests = FewestComparisons(NumberBoundaries(answers)),
                  .word_tests = 1,
                  .path_tests = LongestPath(answers)};
  for (uint32_t offset = 16; offset < 64; offset += 4) {
    if (!IsSensitiveAnywhere(answers, offset)) continue;
    ++bound.words;
    bound.word_tests += WordTests(policy, answers, offset);
  }
  return bound;
}

Result<std::optional<CostBound>> CostBoundOf(const policy::Policy& policy,
                                             const CallMix& mix) {
  ASSIGN_OR_RETURN(const Answers answers, AnswersOf(policy));
  CallMix calls = mix;
  std::erase_if(calls, [&](const MixedCall& call) {
    return !answers.DependsOnArguments(call.number);
  });
  if (calls.empty()) return std::optional<CostBound>();
  const std::vector<WeightedRun> runs = RunsOf(answers, calls);
  if (runs.size() > kMostRuns) return Fail("too many calls for a bound");
  double weight = 0;
  double fixed = 0;
  for (const MixedCall& call : calls) {
    weight += call.weight;
    fixed += call.weight * FixedCost(answers, call);
  }
  return CostBound{.by_comparison = (fixed + LeastComparisons(runs)) / weight,
                   .by_any_test = (fixed + LeastTests(runs)) / weight};
}

}  // namespace bailey::bench
