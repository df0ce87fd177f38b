// Whether a condition on one argument holds for the values that are known of
// it: ranges, and sets of which some bits are known.
//
//   HoldsForValues(condition, 1, {ValueSet::WithBits(0x3, 0x1)})
//   // `flags & O_ACCMODE == O_WRONLY`: kAlways; `flags & O_CLOEXEC == 0`:
//   // kPerhaps
//
// Sound: kAlways and kNever hold for every value of every set.

#ifndef BAILEY_POLICY_COMPILER_CHECK_VALUE_TEST_H_
#define BAILEY_POLICY_COMPILER_CHECK_VALUE_TEST_H_

#include <cstdint>
#include <vector>

#include "common/documents/value_set.h"
#include "policy-compiler/check/abstract_call.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// Above this many values a set is not looked through one by one.
inline constexpr uint64_t kEnumerated = 256;

// All values of the sets; empty where there are more than kEnumerated.
std::vector<uint64_t> FewValues(const std::vector<ValueSet>& sets);

// `condition` compares this argument and no other; `sets` is not empty.
Certainty HoldsForValues(const Condition& condition, int argument,
                         const std::vector<ValueSet>& sets);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_CHECK_VALUE_TEST_H_
