// GCC's __attribute__((access(mode, pointer, size))), which Clang 19 does not
// have. Internal to source/.
//
// The attribute is registered with Clang's parser, as a plug-in would, and kept
// as an annotation "access(mode, pointer, size)"; headers that write that
// annotation themselves, for Clang, mean the same.

#ifndef BAILEY_ANALYZER_SOURCE_ACCESS_ATTRIBUTE_H_
#define BAILEY_ANALYZER_SOURCE_ACCESS_ATTRIBUTE_H_

#include <vector>

#include "common/documents/flow.h"

namespace clang {
class FunctionDecl;
}

namespace bailey::analyzer {

// Fills `access` and `length_parameter` from every declaration of `function`.
void ApplyAccessAttributes(const clang::FunctionDecl& function,
                           std::vector<FlowParameter>& parameters);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_ACCESS_ATTRIBUTE_H_
