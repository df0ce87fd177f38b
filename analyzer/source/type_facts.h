// Types as flow.json states them. Internal to source/.

#ifndef BAILEY_ANALYZER_SOURCE_TYPE_FACTS_H_
#define BAILEY_ANALYZER_SOURCE_TYPE_FACTS_H_

#include "common/documents/flow.h"

namespace clang {
class ASTContext;
class QualType;
}  // namespace clang

namespace bailey::analyzer {

// `type` as declared: an array parameter gives a pointer with its [static N].
TypeInfo DescribeType(const clang::ASTContext& context, clang::QualType type);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_TYPE_FACTS_H_
