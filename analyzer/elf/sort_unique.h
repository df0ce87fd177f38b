// Makes a vector the sorted set of its values.

#ifndef BAILEY_ANALYZER_ELF_SORT_UNIQUE_H_
#define BAILEY_ANALYZER_ELF_SORT_UNIQUE_H_

#include <algorithm>
#include <vector>

namespace bailey::analyzer {

template <class T>
void SortUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_SORT_UNIQUE_H_
