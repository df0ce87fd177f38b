// Filters made by hand: everything is allowed but what a test denies. The
// layers behind the filter are then all that stands in an attack's way.
//
//   FilterRules rules;
//   rules.errnos[SYS_socket] = {EPERM, 7};   // and the rule's index
//   portion.filters = MakeFilters(rules);

#ifndef BAILEY_TESTS_EXECUTOR_TEST_FILTERS_H_
#define BAILEY_TESTS_EXECUTOR_TEST_FILTERS_H_

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "common/documents/plan.h"

namespace bailey::executor {

struct FilterRule {
  int errno_value = 0;  // 0: kill_process
  uint32_t index = 0;
};

struct FilterRules {
  std::map<uint32_t, FilterRule> denied;
  std::set<uint32_t> logged;    // allowed, with a record
  std::set<uint32_t> observed;  // allowed, and notified to be seen
};

std::vector<PlanFilter> MakeFilters(const FilterRules& rules);

}  // namespace bailey::executor

#endif  // BAILEY_TESTS_EXECUTOR_TEST_FILTERS_H_
