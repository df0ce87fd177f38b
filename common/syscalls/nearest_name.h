// "Did you mean": the known name that a misspelt one most likely stands for.
//
//   NearestName("opennat", names);  // "openat", if it is among `names`

#ifndef BAILEY_COMMON_SYSCALLS_NEAREST_NAME_H_
#define BAILEY_COMMON_SYSCALLS_NEAREST_NAME_H_

#include <optional>
#include <span>
#include <string_view>

namespace bailey {

// The candidate with the fewest insertions, deletions, replacements and swaps
// of neighbours away from `misspelt` (Damerau and Levenshtein's distance, no
// part edited twice). Case does not count. At most one edit for every three
// letters, rounded up, and never as many as there are letters: what is further
// away is no suggestion. Of equally near candidates the first.
std::optional<std::string_view> NearestName(
    std::string_view misspelt, std::span<const std::string_view> candidates);

}  // namespace bailey

#endif  // BAILEY_COMMON_SYSCALLS_NEAREST_NAME_H_
