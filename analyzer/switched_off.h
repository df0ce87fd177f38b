// Parts of the analysis that can be switched off and on. Without them the
// answer is as sound, and larger: bench/ablation asks what each buys.
//
//   RETURN_IF_ERROR(SwitchOff("live-data"));     // once, before any analysis
//   options.live_data = !IsSwitchedOff("live-data");

#ifndef BAILEY_ANALYZER_SWITCHED_OFF_H_
#define BAILEY_ANALYZER_SWITCHED_OFF_H_

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "common/result.h"

namespace bailey::analyzer {

// live-data: a function that data names is called only if the data is used.
// c-library-facts: analyzer/elf/c_library_facts.h.
// points-to: where calls through pointers go, in code with source.
// type-filter: of those, what a type excludes.
inline constexpr std::array<std::string_view, 4> kParts = {
    "live-data", "c-library-facts", "points-to", "type-filter"};

namespace internal {
// Written before there is a second thread, read only after that.
inline std::set<std::string, std::less<>> switched_off;

inline Result<> CheckPart(std::string_view part) {
  if (std::ranges::find(kParts, part) != kParts.end()) return {};
  return Fail("no part of the analysis is called `" + std::string(part) + "`",
              "there are: live-data, c-library-facts, points-to, type-filter");
}
}  // namespace internal

inline Result<> SwitchOff(std::string_view part) {
  RETURN_IF_ERROR(internal::CheckPart(part));
  internal::switched_off.emplace(part);
  return {};
}

inline Result<> SwitchOn(std::string_view part) {
  RETURN_IF_ERROR(internal::CheckPart(part));
  internal::switched_off.erase(std::string(part));
  return {};
}

inline bool IsSwitchedOff(std::string_view part) {
  return internal::switched_off.contains(part);
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SWITCHED_OFF_H_
