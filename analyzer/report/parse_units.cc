#include "analyzer/report/parse_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace bailey::analyzer {

std::vector<UnitOutcome> ParseUnits(
    const std::vector<CompileEntry>& compiles, const std::string& root,
    UnitCache* cache, const std::function<void(const std::string&)>& tell) {
  std::vector<UnitOutcome> outcomes(compiles.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < compiles.size(); i = next++) {
      tell(fmt::format("reading {} ({} of {})", compiles[i].file, i + 1,
                       compiles.size()));
      outcomes[i] = ParseUnit(compiles[i], root, cache);
    }
  };
  const size_t count = std::min<size_t>(
      compiles.size(), std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  threads.clear();  // joins
  return outcomes;
}

}  // namespace bailey::analyzer
