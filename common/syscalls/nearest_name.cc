#include "common/syscalls/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace bailey {
namespace {

constexpr size_t kLettersPerEdit = 3;

// ASCII only, and free of the locale.
char Fold(char letter) {
  const bool is_upper = letter >= 'A' && letter <= 'Z';
  return is_upper ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool Same(char a, char b) { return Fold(a) == Fold(b); }

// Three rows of the classic matrix: row i holds the distances between the
// first i letters of `a` and each prefix of `b`. A swap looks two rows back.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1),
      row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool is_swap = i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) &&
                           Same(a[i - 2], b[j - 1]);
      if (is_swap) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

// The least that the distance can be, without computing it.
size_t LengthDifference(std::string_view a, std::string_view b) {
  return a.size() < b.size() ? b.size() - a.size() : a.size() - b.size();
}

// The most edits after which two names still count as near, plus one.
size_t FirstTooFar(size_t letters) {
  const size_t allowed = (letters + kLettersPerEdit - 1) / kLettersPerEdit;
  return std::min(allowed + 1, letters);
}

}  // namespace

std::optional<std::string_view> NearestName(
    std::string_view misspelt, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> nearest;
  size_t limit = FirstTooFar(misspelt.size());
  for (std::string_view candidate : candidates) {
    if (LengthDifference(misspelt, candidate) >= limit) continue;
    const size_t distance = Distance(misspelt, candidate);
    if (distance >= limit) continue;
    nearest = candidate;
    limit = distance;
  }
  return nearest;
}

}  // namespace bailey
