// Makes a vector the sorted set of its values.

#ifndef BAILEY_COMMON_SORT_UNIQUE_H_
#define BAILEY_COMMON_SORT_UNIQUE_H_

#include <algorithm>
#include <vector>

namespace bailey {

template <class T>
void SortUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace bailey

#endif  // BAILEY_COMMON_SORT_UNIQUE_H_
