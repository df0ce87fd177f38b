// What published profiles of containers, services and browsers name and
// restrict, for profiles that are made like them (generated_profile.h).

#ifndef BAILEY_BENCH_FILTERS_PUBLISHED_H_
#define BAILEY_BENCH_FILTERS_PUBLISHED_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bailey::bench {

std::span<const std::string_view> CallsEverywhere();  // in nearly every profile
std::span<const std::string_view>
CommonCalls();  // in most of servers' and tools'
std::span<const std::string_view> DangerousCalls();  // what deny-lists name

// One way in which profiles restrict a call: an argument, and the values that
// they let through (`mask` 0: one of them; else none of the mask's bits, or of
// deny-lists' rules any one).
struct Restriction {
  std::string_view call;
  int argument;
  uint64_t mask;
  std::vector<uint64_t> values;
};

// By allow-lists.
const std::vector<Restriction>& Restrictions();
// By deny-lists: each value, or bit of the mask, is denied.
const std::vector<Restriction>& Denials();

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_PUBLISHED_H_
