// Parameters of which the policy says that they are arrays: `function
// sign(array text by length);`.
//
//   const FlowFunction said = WithArrays(function, portion.strings);
//   auto crossing = DescribeCrossing(said, ...);
//   GuardArrays(portion.strings, *crossing);
//
// It is as if the source said it by an attribute. Only that nobody who wrote
// the function did: so the copies lie between pages that fault, and a word that
// is wrong ends the portion.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_ARRAY_WORDS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_ARRAY_WORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// The words that are of this function; wrong ones change nothing.
FlowFunction WithArrays(const FlowFunction& function,
                        const std::vector<StringParameter>& words);
void GuardArrays(const FlowFunction& function,
                 const std::vector<StringParameter>& words, Crossing& crossing);

// Why a word of this function cannot be: no such parameter, no pointer, no
// integer. Nothing if it can.
std::optional<std::string> WhyNoArray(const FlowFunction& function,
                                      const StringParameter& word);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_ARRAY_WORDS_H_
