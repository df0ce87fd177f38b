// Conditions on all 64 bits of the arguments, unsigned: the form in which the
// languages of other tools compare, and in which what they say is kept between
// their readers and writers and ours.
//
//   Condition when = FullWidth(rule.when);  // equal for every input
//   if (IsNever(when)) ...
//
// In this form there is no kNot, lists do not stand in lists of their kind, and
// a comparison that always or never holds is gone.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_FULL_WIDTH_H_
#define BAILEY_POLICY_COMPILER_FORMATS_FULL_WIDTH_H_

#include <cstdint>
#include <vector>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// A comparison's argument that stands for a test that no condition of ours can
// make: whether it holds is not known, nor whether its negation does.
inline constexpr int kUnknownArgument = -1;

Condition FullWidth(const Condition& condition);

// Of conditions in this form; what is yielded is, too.
Condition Both(Condition left, Condition right);
Condition Either(Condition left, Condition right);
Condition AllHold(std::vector<Condition> parts);
Condition OneHolds(std::vector<Condition> parts);
Condition Negated(const Condition& condition);
Condition Always();
Condition Never();
bool IsAlways(const Condition& condition);
bool IsNever(const Condition& condition);

// (argument & mask) OP value in this form.
Condition FullCompare(int argument, uint64_t mask, CompareOp op,
                      uint64_t value);
Condition UnknownTest();

// Comparisons in it.
size_t PartsOf(const Condition& condition);

// Bits of an argument that are set as `value` has them.
struct MaskedEquality {
  uint64_t mask = 0;
  uint64_t value = 0;
};

// ((x & mask) | set) OP value for an ordered comparison or equality, as tests
// of which one holds exactly when it does; `mask` and `set` share no bit.
std::vector<MaskedEquality> MaskedEqualities(uint64_t mask, uint64_t set,
                                             CompareOp op, uint64_t value);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_FULL_WIDTH_H_
