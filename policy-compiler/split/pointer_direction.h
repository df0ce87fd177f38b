// Which way what a pointer points to is copied.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_POINTER_DIRECTION_H_
#define BAILEY_POLICY_COMPILER_SPLIT_POINTER_DIRECTION_H_

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::policy {

// By `const`, by the access attribute, by the code; else in and out. Out alone
// is only what an attribute says: of bytes that code leaves as they were, it
// cannot be seen that nobody needs them.
Direction DirectionOf(const FlowParameter& parameter);

// Whether the code is known to write nothing there.
bool IsOnlyRead(const InferredExtent& inferred);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_POINTER_DIRECTION_H_
