// What a BPF program returns, and a stack of them, as formulas over the input.
//
//   z3::expr returned = BpfFormula(program, input);  // 32 bits
//   BpfFormulas formulas = FormulasOf(program, input);
//   z3::expr taken = *formulas.reached[7] && *formulas.taken[7];

#ifndef BAILEY_POLICY_COMPILER_VERIFY_BPF_FORMULA_H_
#define BAILEY_POLICY_COMPILER_VERIFY_BPF_FORMULA_H_

#include <optional>
#include <span>
#include <vector>

#include "policy-compiler/verify/input.h"

namespace bailey::policy {

// By instruction; empty where no jump leads.
struct BpfFormulas {
  std::vector<std::optional<z3::expr>> reached;  // it is executed; Boolean
  // Of those inputs: its conditional jump goes to jt, or its division is by
  // zero, which ends the filter. Boolean; empty for other instructions.
  std::vector<std::optional<z3::expr>> taken;
  // What is returned when the machine goes on from there. 32 bits; the first
  // one is the program's answer.
  std::vector<std::optional<z3::expr>> returned;
};

// These require programs that ValidateBpf accepts. All paths to an instruction
// are known when it is reached, and they are merged there: the formulas grow
// with the program, not with its paths. May throw z3::exception.
BpfFormulas FormulasOf(std::span<const sock_filter> program,
                       const Input& input);
z3::expr BpfFormula(std::span<const sock_filter> program, const Input& input);

// What the kernel takes from a stack, which is not empty; `stack[0]` was
// installed first. A stack of one is the program alone.
z3::expr StackFormula(std::span<const BpfProgram> stack, const Input& input);

// What the kernel does with a returned value: EffectiveReturn of
// common/bpf/filter_stack.h.
z3::expr EffectFormula(const z3::expr& returned);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_BPF_FORMULA_H_
