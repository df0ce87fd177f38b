// CheckWritten() for C++: definitions stand in namespaces, classes and each
// other, and are told apart by what the linker sees. Internal to rewrite/.

#ifndef BAILEY_ANALYZER_REWRITE_CXX_CHECK_H_
#define BAILEY_ANALYZER_REWRITE_CXX_CHECK_H_

#include <clang/AST/ASTContext.h>

#include "analyzer/rewrite/written_check.h"
#include "common/diagnostics.h"

namespace bailey::analyzer {

// As CheckWritten(); and that the glue calls the function that it is for, which
// another overload could stand in for.
void CheckWrittenCxx(const WrittenUnit& written, clang::ASTContext& context,
                     Diagnostics& diagnostics);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_CXX_CHECK_H_
