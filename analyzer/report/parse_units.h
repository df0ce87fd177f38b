// All units of a program, parsed at once on as many threads as there are
// processors, or read from the cache.
//
//   std::vector<UnitOutcome> outcomes = ParseUnits(compiles, root, cache,
//   tell);

#ifndef BAILEY_ANALYZER_REPORT_PARSE_UNITS_H_
#define BAILEY_ANALYZER_REPORT_PARSE_UNITS_H_

#include <functional>
#include <string>
#include <vector>

#include "analyzer/source/front_end.h"

namespace bailey::analyzer {

// One outcome for each command, in their order. `cache` may be null. `tell` is
// called from any of the threads, one at a time.
std::vector<UnitOutcome> ParseUnits(
    const std::vector<CompileEntry>& compiles, const std::string& root,
    UnitCache* cache, const std::function<void(const std::string&)>& tell);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PARSE_UNITS_H_
