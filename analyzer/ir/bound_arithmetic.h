// Sums, products and maxima of upper bounds. What comes out of the range that
// kMostExtent gives is not known.
//
//   SumOf(offset, TimesOf(length, 4))

#ifndef BAILEY_ANALYZER_IR_BOUND_ARITHMETIC_H_
#define BAILEY_ANALYZER_IR_BOUND_ARITHMETIC_H_

#include "analyzer/ir/pointer_extent.h"

namespace bailey::analyzer {

// Of two bounds one that is above both, or of the sum; not known where both
// depend on an argument, and not on the same one.
ArgumentBound AboveBoth(const ArgumentBound& a, const ArgumentBound& b);
ArgumentBound SumOf(const ArgumentBound& a, const ArgumentBound& b);
// `count` is not negative.
ArgumentBound TimesOf(ArgumentBound bound, uint64_t count);
ArgumentBound ConstantBound(uint64_t value);

ArgumentBound MovedBy(ArgumentBound bound, int64_t distance);
// Still above, but perhaps not the number itself.
ArgumentBound Inexact(ArgumentBound bound);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_BOUND_ARITHMETIC_H_
