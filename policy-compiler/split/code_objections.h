// What a function's code says against its declaration.
//
//   if (const auto objection = ObjectionTo(parameter, declared)) …

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CODE_OBJECTIONS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CODE_OBJECTIONS_H_

#include <optional>

#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "policy-compiler/split/refusal.h"

namespace bailey::policy {

// What no copy stands for, however large: the pointer is kept beyond the call,
// or what is there is seen to be pointers; and, where nothing comes back, that
// it is written.
std::optional<Refusal> ObjectionTo(const FlowParameter& parameter,
                                   const CrossingParameter& declared);

// Whether the code may reach further than `declared` carries. Where the code
// tells nothing, it is not seen to.
bool MayReachFurther(const FlowParameter& parameter,
                     const CrossingParameter& declared);

// What is said where it does, and nothing better is known.
Refusal RefusalOfFurther(const FlowFunction& function,
                         const FlowParameter& parameter,
                         const CrossingParameter& declared);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CODE_OBJECTIONS_H_
