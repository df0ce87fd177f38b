// Sets of values for each word, narrowed test by test; at the end the two
// halves of an argument become one number again.

#include "policy-compiler/lift/word_state.h"

#include <algorithm>
#include <bit>

namespace bailey::policy {
namespace {

constexpr uint64_t kAllBits = 0xffffffff;
constexpr uint64_t kFewWords = 256;  // looked at one by one
constexpr uint64_t kFewHighWords = 16;
constexpr int kFewBits = 6;

bool Fits(const MaskedSets& sets, uint64_t word) {
  return std::ranges::all_of(sets, [&](const MaskedSet& set) {
    return Contains(set.values, word & set.mask);
  });
}

ValueSet Filtered(const ValueSet& words, const MaskedSets& sets) {
  ValueSet left;
  for (const auto& [first, last] : words)
    for (uint64_t word = first; word <= last; ++word)
      if (Fits(sets, word)) left = Union(left, {{word, word}});
  return left;
}

// Both halves are known in one set each, the upper one in few values.
std::optional<MaskedSet> Whole(const MaskedSet& low, const MaskedSet& high) {
  const uint64_t mask = low.mask | high.mask << 32;
  MaskedSet whole{mask, {}};
  std::optional<uint64_t> value = high.values.front().first;
  for (uint64_t count = 0; value; value = NextOfMask(*value, high.mask)) {
    if (!Contains(high.values, *value)) continue;
    if (++count > kFewHighWords) return std::nullopt;
    for (const auto& [first, last] : low.values)
      whole.values =
          Union(whole.values, {{*value << 32 | first, *value << 32 | last}});
    if (*value == high.values.back().last) break;
  }
  return Canonical(whole, 64);
}

MaskedSet High(const MaskedSet& set) {
  MaskedSet high{set.mask << 32, {}};
  for (const auto& [first, last] : set.values)
    high.values.push_back({first << 32, last << 32});
  return Canonical(high, 64);
}

MaskedSets ArgumentSets(const MaskedSets& low, const MaskedSets& high) {
  if (low.size() == 1 && high.size() == 1)
    if (const auto whole = Whole(low.front(), high.front())) return {*whole};
  MaskedSets sets;
  for (const MaskedSet& set : low) sets.push_back(Canonical(set, 64));
  for (const MaskedSet& set : high) sets.push_back(High(set));
  std::ranges::sort(sets);
  return sets;
}

}  // namespace

const MaskedSet* WordState::Find(uint8_t word, uint64_t mask) const {
  const auto found = std::ranges::find(words_[word], mask, &MaskedSet::mask);
  return found == words_[word].end() ? nullptr : &*found;
}

bool WordState::Narrow(uint8_t word, const MaskedSet& set) {
  if (HoldsAlways(set)) return true;
  if (set.values.empty()) return false;
  MaskedSets& sets = words_[word];
  const auto same = std::ranges::find(sets, set.mask, &MaskedSet::mask);
  if (same == sets.end())
    sets.push_back(set);
  else
    same->values = OfMask(Intersection(same->values, set.values), set.mask);
  std::ranges::sort(sets);
  const auto whole = std::ranges::find(sets, kAllBits, &MaskedSet::mask);
  const bool few = whole != sets.end() && sets.size() > 1 &&
                   CountUpTo(whole->values, kFewWords) < kFewWords;
  if (few) sets = {MaskedSet{kAllBits, Filtered(whole->values, sets)}};
  return std::ranges::none_of(
      sets, [](const MaskedSet& each) { return each.values.empty(); });
}

bool WordState::FewWhole(uint8_t word) const {
  const MaskedSet* known = Find(word, kAllBits);
  return known != nullptr && CountUpTo(known->values, kFewWords) < kFewWords;
}

std::optional<std::vector<uint32_t>> WordState::ValuesOf(
    const RegisterValue& value) const {
  const bool whole = FewWhole(value.word);
  const uint64_t mask = whole ? kAllBits : BitsUsed(value);
  if (!whole && std::popcount(mask) > kFewBits) return std::nullopt;
  const MaskedSet* known = Find(value.word, mask);
  std::vector<uint32_t> words;
  const ValueSet any = {{0, mask}};
  for (const auto& [first, last] : known ? known->values : any)
    for (std::optional<uint64_t> word = first; word && *word <= last;
         word = NextOfMask(*word, mask)) {
      if (words.size() == kFewWords) return std::nullopt;
      words.push_back(static_cast<uint32_t>(*word));
    }
  return words;
}

size_t WordState::CountSets() const {
  size_t count = 0;
  for (const MaskedSets& sets : words_) count += sets.size();
  return count;
}

bool WordState::TestsInstructionPointer() const {
  return !words_[2].empty() || !words_[3].empty();
}

CallCube WordState::Cube() const {
  CallCube cube;
  for (size_t i = 0; i < cube.size(); ++i)
    cube[i] = ArgumentSets(words_[4 + 2 * i], words_[5 + 2 * i]);
  return cube;
}

}  // namespace bailey::policy
