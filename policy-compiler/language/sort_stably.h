// A stable sort. std::stable_sort of GCC 12's library draws a deprecation
// warning from clang 19, which is an error here.
//
//   SortStably(rules, [](const SyscallRule& rule) { return rule.rule; });

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_SORT_STABLY_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_SORT_STABLY_H_

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace bailey::policy {

template <class T, class Key>
void SortStably(std::vector<T>& items, const Key& key) {
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {},
                    [&](size_t i) { return std::pair(key(items[i]), i); });
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const size_t i : order) sorted.push_back(std::move(items[i]));
  items = std::move(sorted);
}

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_SORT_STABLY_H_
