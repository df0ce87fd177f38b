// Measures several things in turns and prints what each takes, and how often
// the first one goes into it.
//
//   Compare("starting a program", {{"fork+exec", [] { return …; }}, …}, 51);
//
// In turns, so that what else the machine does falls on all of them alike;
// medians, so that it falls on none. Only ratios of one run mean something.

#ifndef BAILEY_BENCH_COMPARE_H_
#define BAILEY_BENCH_COMPARE_H_

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::bench {

struct Contender {
  std::string name;
  std::function<double()> measure;  // once; nanoseconds of one operation
};

// The nanoseconds that `run` takes, divided by `count`.
template <typename Run>
double Nanoseconds(Run run, int count = 1) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  run();
  return std::chrono::duration<double, std::nano>(Clock::now() - begin)
             .count() /
         count;
}

inline double Quantile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part *
                                    static_cast<double>(sorted.size() - 1))];
}

inline void Compare(std::string_view title,
                    const std::vector<Contender>& contenders, int rounds) {
  std::vector<std::vector<double>> times(contenders.size());
  for (const Contender& contender : contenders) contender.measure();  // warms
  for (int round = 0; round < rounds; ++round)
    for (size_t i = 0; i < contenders.size(); ++i)
      times[i].push_back(contenders[i].measure());
  fmt::print("{} ({} rounds)\n", title, rounds);
  for (std::vector<double>& each : times) std::ranges::sort(each);
  for (size_t i = 0; i < contenders.size(); ++i)
    fmt::print("  {:<44} {:>11.2f} us  (p25 {:.2f}, p75 {:.2f})  x {:.3g}\n",
               contenders[i].name, Quantile(times[i], 0.5) / 1000,
               Quantile(times[i], 0.25) / 1000, Quantile(times[i], 0.75) / 1000,
               Quantile(times[i], 0.5) / Quantile(times[0], 0.5));
}

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_COMPARE_H_
