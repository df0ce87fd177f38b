// Where declarations stand, in bytes of their files. Internal to source/.

#ifndef BAILEY_ANALYZER_SOURCE_SOURCE_EXTENTS_H_
#define BAILEY_ANALYZER_SOURCE_SOURCE_EXTENTS_H_

#include <clang/Basic/SourceManager.h>

#include <string>

#include "common/documents/flow.h"

namespace clang {
class Decl;
class FunctionDecl;
class LangOptions;
}  // namespace clang

namespace bailey::analyzer {

std::string AbsolutePathOf(const clang::SourceManager& sources,
                           clang::FileID file);

// A definition with the attributes before it. What a macro makes counts as the
// macro's call.
SourceExtent ExtentOf(const clang::Decl& declaration,
                      const clang::SourceManager& sources,
                      const clang::LangOptions& language);
SourceExtent ExtentOfBody(const clang::FunctionDecl& function,
                          const clang::SourceManager& sources,
                          const clang::LangOptions& language);
// Of a variable's whole declaration, with its `;`.
SourceExtent ExtentWithSemicolon(const clang::Decl& declaration,
                                 const clang::SourceManager& sources,
                                 const clang::LangOptions& language);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_SOURCE_EXTENTS_H_
