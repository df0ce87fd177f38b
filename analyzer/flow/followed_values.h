// Which parameters and globals of a program can be followed: those with which
// nothing is done that its units do not say. Internal to flow/.
//
//   FollowedValues followed = FindFollowed(program, scope);

#ifndef BAILEY_ANALYZER_FLOW_FOLLOWED_VALUES_H_
#define BAILEY_ANALYZER_FLOW_FOLLOWED_VALUES_H_

#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/flow/value_evaluator.h"

namespace bailey::analyzer {

// Names are views, as in ValueTables.
struct FollowedValues {
  ValueTables tables;  // parameters and cells have no values yet
  std::unordered_set<std::string_view> functions;  // all callers are known
  std::map<ParameterKey, uint8_t> widths;          // of their parameters
  std::unordered_map<std::string_view, std::vector<const CallFact*>> callers;
};

// `program` must outlive the result.
FollowedValues FindFollowed(const Program& program,
                            const PropagationScope& scope);

// The places of the parameters that an expression depends on, and their widths.
void CollectParameters(const ValueExpression& expression,
                       std::map<uint64_t, uint8_t>& parameters);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_FOLLOWED_VALUES_H_
