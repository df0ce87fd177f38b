// What a BPF program returns, as a formula over its input.
//
//   z3::expr returned = BpfFormula(program, input);  // 32 bits

#ifndef BAILEY_POLICY_COMPILER_VERIFY_BPF_FORMULA_H_
#define BAILEY_POLICY_COMPILER_VERIFY_BPF_FORMULA_H_

#include <span>

#include "policy-compiler/verify/input.h"

namespace bailey::policy {

// Requires a program that ValidateBpf accepts. One pass: jumps only go forward,
// so all paths to an instruction are known when it is reached, and they are
// merged there. The formula grows with the program, not with its paths.
// May throw z3::exception.
z3::expr BpfFormula(std::span<const sock_filter> program, const Input& input);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_BPF_FORMULA_H_
