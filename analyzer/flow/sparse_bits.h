// A set of small numbers, of which most are absent.
//
//   SparseBits set;
//   set.Insert(7);
//   SparseBits added = set.Unite(other);  // what was not there before

#ifndef BAILEY_ANALYZER_FLOW_SPARSE_BITS_H_
#define BAILEY_ANALYZER_FLOW_SPARSE_BITS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bailey::analyzer {

// The same where most are there.
class DenseBits {
 public:
  void Insert(uint32_t number) {
    if (number / 64 >= words_.size()) words_.resize(2 * (number / 64) + 1);
    words_[number / 64] |= uint64_t{1} << (number % 64);
  }
  bool Contains(uint32_t number) const {
    return (Word(number / 64) >> (number % 64) & 1) != 0;
  }
  uint64_t Word(uint32_t index) const {
    return index < words_.size() ? words_[index] : 0;
  }

 private:
  std::vector<uint64_t> words_;
};

class SparseBits {
 public:
  bool empty() const { return words_.empty(); }
  bool operator==(const SparseBits&) const = default;

  bool Contains(uint32_t number) const {
    const size_t at = Find(number / kBits);
    return at < words_.size() && words_[at].index == number / kBits &&
           (words_[at].bits >> (number % kBits) & 1) != 0;
  }

  // True if it was not there.
  bool Insert(uint32_t number) {
    const uint64_t bit = uint64_t{1} << (number % kBits);
    const size_t at = Find(number / kBits);
    if (at == words_.size() || words_[at].index != number / kBits) {
      words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(at),
                    {number / kBits, bit});
      return true;
    }
    const bool added = (words_[at].bits & bit) == 0;
    words_[at].bits |= bit;
    return added;
  }

  // Returns what of `other` was not there.
  SparseBits Unite(const SparseBits& other) {
    return UniteMasked(other, [](const Word& word) { return word.bits; });
  }

  // The same, of those that are not in `without`.
  SparseBits Unite(const SparseBits& other, const DenseBits& without) {
    return UniteMasked(other, [&](const Word& word) {
      return word.bits & ~without.Word(word.index);
    });
  }

  bool Intersects(const DenseBits& other) const {
    return std::ranges::any_of(words_, [&](const Word& word) {
      return (word.bits & other.Word(word.index)) != 0;
    });
  }

  void Remove(const SparseBits& gone) {
    const Word* other = gone.words_.data();
    const Word* const last = other + gone.words_.size();
    std::erase_if(words_, [&](Word& word) {
      while (other != last && other->index < word.index) ++other;
      if (other != last && other->index == word.index)
        word.bits &= ~other->bits;
      return word.bits == 0;
    });
  }

  void Remove(const DenseBits& gone) {
    std::erase_if(words_, [&](Word& word) {
      word.bits &= ~gone.Word(word.index);
      return word.bits == 0;
    });
  }

  template <class Visit>
  void ForEach(const Visit& visit) const {
    for (const Word& word : words_)
      for (uint64_t bits = word.bits; bits != 0; bits &= bits - 1)
        visit(word.index * kBits +
              static_cast<uint32_t>(std::countr_zero(bits)));
  }

  size_t Count() const {
    size_t count = 0;
    for (const Word& word : words_)
      count += static_cast<size_t>(std::popcount(word.bits));
    return count;
  }

 private:
  static constexpr uint32_t kBits = 64;
  struct Word {
    uint32_t index = 0;
    uint64_t bits = 0;
    bool operator==(const Word&) const = default;
  };

  size_t Find(uint32_t index) const {
    const Word* const words = words_.data();
    size_t begin = 0;
    size_t end = words_.size();
    while (begin < end) {
      const size_t middle = begin + (end - begin) / 2;
      if (words[middle].index < index)
        begin = middle + 1;
      else
        end = middle;
    }
    return begin;
  }

  // The first word from `begin` on that is not before `index`. Few words are
  // looked for among many by halves, and many one after the other.
  template <class Pointer>
  static Pointer Advance(Pointer begin, Pointer end, uint32_t index,
                         bool are_few) {
    if (are_few)
      return std::lower_bound(begin, end, index,
                              [](const Word& word, uint32_t wanted) {
                                return word.index < wanted;
                              });
    while (begin != end && begin->index < index) ++begin;
    return begin;
  }

  bool HasFew(const SparseBits& other) const {
    constexpr size_t kMuchLonger = 16;
    return other.words_.size() * kMuchLonger < words_.size();
  }

  template <class BitsOf>
  SparseBits UniteMasked(const SparseBits& other, const BitsOf& bits_of) {
    SparseBits added;
    // Plain pointers: this is most of what a solver does.
    const Word* mine = words_.data();
    const Word* const end = mine + words_.size();
    const bool are_few = HasFew(other);
    bool fits = true;
    for (const Word& word : other.words_) {
      mine = Advance(mine, end, word.index, are_few);
      const bool shared = mine != end && mine->index == word.index;
      const uint64_t bits = bits_of(word) & (shared ? ~mine->bits : ~0ULL);
      if (bits == 0) continue;
      fits = fits && shared;
      added.words_.push_back({word.index, bits});
    }
    if (!added.empty()) fits ? MergeInPlace(added) : Merge(added);
    return added;
  }

  // Each word of it is there already.
  void MergeInPlace(const SparseBits& added) {
    Word* mine = words_.data();
    Word* const end = mine + words_.size();
    const bool are_few = HasFew(added);
    for (const Word& word : added.words_) {
      mine = Advance(mine, end, word.index, are_few);
      mine->bits |= word.bits;
    }
  }

  void Merge(const SparseBits& added) {
    constexpr size_t kMostInserted = 2;
    if (added.words_.size() <= kMostInserted) {
      for (const Word& word : added.words_) InsertWord(word);
      return;
    }
    std::vector<Word> merged(words_.size() + added.words_.size());
    Word* out = merged.data();
    const Word* mine = words_.data();
    const Word* const end = mine + words_.size();
    for (const Word& word : added.words_) {
      while (mine != end && mine->index < word.index) *out++ = *mine++;
      const bool shared = mine != end && mine->index == word.index;
      *out++ = {word.index, word.bits | (shared ? mine++->bits : 0)};
    }
    while (mine != end) *out++ = *mine++;
    merged.resize(static_cast<size_t>(out - merged.data()));
    words_ = std::move(merged);
  }

  void InsertWord(const Word& word) {
    const size_t at = Find(word.index);
    if (at != words_.size() && words_[at].index == word.index)
      words_[at].bits |= word.bits;
    else
      words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(at), word);
  }

  std::vector<Word> words_;  // sorted by index, none of them zero
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_SPARSE_BITS_H_
