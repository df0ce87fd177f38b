// The text of a function that regions were cut out of, and of the functions
// that the regions became. Internal to outline/.
//
//   WrittenFunction written = WriteFunction(
//       {context, view, function, uses}, plan, {"load_key", "make_tag"});
//   ApplySplices(text, written.splices, file);

#ifndef BAILEY_ANALYZER_OUTLINE_REGION_WRITER_H_
#define BAILEY_ANALYZER_OUTLINE_REGION_WRITER_H_

#include <clang/AST/ASTContext.h>

#include <set>
#include <string>
#include <vector>

#include "analyzer/outline/region_locals.h"
#include "analyzer/rewrite/splice.h"

namespace bailey::analyzer {

struct WriterInput {
  const clang::ASTContext& context;
  const SourceView& view;
  const clang::FunctionDecl& function;
  const LocalUses& uses;
  unsigned insert_at = 0;  // where new functions stand: before the definition
  // Of what is new in the source, also for its other functions: C would take
  // two objects of one name for one.
  std::set<std::string>& new_names;
};

struct WrittenFunction {
  std::vector<Splice> splices;
  OutlineProblems problems;
};

// `names`: of the regions' functions, one a region.
WrittenFunction WriteFunction(const WriterInput& input,
                              const FunctionPlan& plan,
                              const std::vector<std::string>& names);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_REGION_WRITER_H_
