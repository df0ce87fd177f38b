// Why something cannot be outlined, with its place and the way out. Internal to
// outline/.

#ifndef BAILEY_ANALYZER_OUTLINE_PROBLEM_H_
#define BAILEY_ANALYZER_OUTLINE_PROBLEM_H_

#include <clang/Basic/SourceLocation.h>

#include <string>
#include <vector>

namespace bailey::analyzer {

struct OutlineProblem {
  clang::SourceLocation where;
  std::string message;
  std::string hint;
};
using OutlineProblems = std::vector<OutlineProblem>;

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_PROBLEM_H_
