// How a pointer crosses by what its function's code does with it, where its
// declaration is not enough.
//
//   const auto inferred = InferredCrossing(function, index);
//   if (inferred) Add(*inferred); else Refuse(inferred.error());
//
// | inferred                               | passes as                      |
// |----------------------------------------|--------------------------------|
// | at most K bytes                        | K bytes, or elements           |
// | at most k bytes for each of n          | n elements of k bytes          |
// | a text that is only read, of `char`    | C string, in                   |
// | of `const char*`: what is done to      | C string, in                   |
// | texts, and nothing that is counted     |                                |
// | no more than one flat struct           | one struct                     |
//
// Always `guarded`: what was inferred holds for what C defines, and who calls
// across may pass arguments for which it defines nothing.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_INFERRED_RULES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_INFERRED_RULES_H_

#include <cstddef>
#include <expected>
#include <string>

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::policy {

// Of a pointer parameter. Else why the code does not help; empty where nobody
// looked.
std::expected<CrossingParameter, std::string> InferredCrossing(
    const FlowFunction& function, size_t index);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_INFERRED_RULES_H_
