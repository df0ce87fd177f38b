// Work on the elements of a list, by as many threads as there are processors.
//
//   ForEachInParallel(paths.size(), [&](size_t i) { Read(paths[i]); });

#ifndef BAILEY_ANALYZER_PARALLEL_H_
#define BAILEY_ANALYZER_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace bailey::analyzer {

// Calls `work` for each number below `count`, and comes back when all are done.
template <class Work>
void ForEachInParallel(size_t count, const Work& work) {
  std::atomic<size_t> next = 0;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  const size_t threads = std::min<size_t>(
      count, std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(run);
  run();
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_PARALLEL_H_
