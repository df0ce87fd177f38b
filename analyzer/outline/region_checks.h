// What keeps a region from being a function of its own, whatever it does with
// locals: jumps, what belongs to the frame or to the function's name, types and
// declarations of the function's own, and macros and directives at its borders.
// Internal to outline/.
//
//   OutlineProblems problems = CheckRegion(function, region, view);

#ifndef BAILEY_ANALYZER_OUTLINE_REGION_CHECKS_H_
#define BAILEY_ANALYZER_OUTLINE_REGION_CHECKS_H_

#include <clang/AST/Decl.h>

#include "analyzer/outline/function_text.h"
#include "analyzer/outline/problem.h"
#include "analyzer/outline/regions.h"

namespace bailey::analyzer {

OutlineProblems CheckRegion(const clang::FunctionDecl& function,
                            const Region& region, const SourceView& view);

// A structure, enumeration or name of a type that is declared in the function,
// outside `parts`.
bool IsOfFunction(clang::QualType type, const clang::FunctionDecl& function,
                  const std::vector<const clang::Stmt*>& parts);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_REGION_CHECKS_H_
