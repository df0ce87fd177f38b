// The path that a search took.

#include "analyzer/elf/graph_search.h"

#include <algorithm>

namespace bailey::analyzer {

std::vector<std::string> GraphSearch::PathTo(uint32_t node) const {
  std::vector<std::string> path = {graph_.NameOf(node)};
  for (; before_[node] != node; node = before_[node]) {
    std::string name = graph_.NameOf(before_[node]);
    // An object and its word are one thing to a reader.
    if (name != path.back()) path.push_back(std::move(name));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace bailey::analyzer
