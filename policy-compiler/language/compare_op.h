// The six operators of a comparison: their opposites, their mirror images, and
// how they are written.
//
//   Opposite(CompareOp::kLess);      // kGreaterEqual: !(a < b)
//   Mirrored(CompareOp::kLess);      // kGreater: b > a
//   OperatorText(CompareOp::kLess);  // "<"

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_COMPARE_OP_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_COMPARE_OP_H_

#include <string_view>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

CompareOp Opposite(CompareOp op);
CompareOp Mirrored(CompareOp op);
std::string_view OperatorText(CompareOp op);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_COMPARE_OP_H_
