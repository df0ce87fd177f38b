// Whether a region that became a function stays within its arrays, whoever
// calls it, in whatever order. In its function it stood behind loops and
// checks; as a function of the trusted side it is called by whoever takes the
// untrusted side over, with any numbers, again and again. Internal to outline/.
//
//   OutlineProblems problems = CheckReach(context, region, passed, flow);
//
// Elements are within when their index shows it: a constant, `x % 16`, `x &
// 15`, or the variable of a loop that counts to a constant. A number from
// outside is no length of what a call reaches. What the program's functions do
// by themselves with numbers that they get is theirs to check, as in every
// split.

#ifndef BAILEY_ANALYZER_OUTLINE_REGION_REACH_H_
#define BAILEY_ANALYZER_OUTLINE_REGION_REACH_H_

#include <clang/AST/ASTContext.h>

#include "analyzer/outline/problem.h"
#include "analyzer/outline/region_locals.h"

namespace bailey::analyzer {

OutlineProblems CheckReach(const clang::ASTContext& context,
                           const RegionPlan& plan, const Flow& flow);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_REGION_REACH_H_
