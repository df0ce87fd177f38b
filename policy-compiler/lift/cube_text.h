// A cube as the policy language writes it, in kernel or in full widths.
//
//   CubeText(architecture, call, cube, Widths::kKernel)
//   // "family in {AF_UNIX, AF_INET}, type & SOCK_TYPE_MASK == SOCK_STREAM"

#ifndef BAILEY_POLICY_COMPILER_LIFT_CUBE_TEXT_H_
#define BAILEY_POLICY_COMPILER_LIFT_CUBE_TEXT_H_

#include <string>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/lift/word_state.h"

namespace bailey::policy {

// Whether kernel widths cannot say it: bits that the kernel does not read,
// addresses, arguments that the call does not have.
bool NeedsFullWidths(const Syscall& call, const CallCube& cube);

// What stands between the parentheses of a pattern; "" for a whole call.
// Requires full widths where they are needed.
std::string CubeText(Architecture architecture, const Syscall& call,
                     const CallCube& cube, Widths widths);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_CUBE_TEXT_H_
