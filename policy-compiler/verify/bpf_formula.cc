#include "policy-compiler/verify/bpf_formula.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "common/check.h"

namespace bailey::policy {
namespace {

// The machine at one instruction: on which inputs it gets there, and with what.
struct State {
  z3::expr reached;  // Boolean
  z3::expr a;
  z3::expr x;
  // Empty: not written on some path; ValidateBpf saw that it is not read then.
  std::array<std::optional<z3::expr>, BPF_MEMWORDS> memory;
};

// `one` where `condition` holds, else `other`. Z3 shares equal expressions, so
// equal values have equal handles, and most need no case distinction.
z3::expr Choose(const z3::expr& condition, const z3::expr& one,
                const z3::expr& other) {
  return z3::eq(one, other) ? one : z3::ite(condition, one, other);
}

State Merge(const State& one, const State& other) {
  State merged{one.reached || other.reached,
               Choose(one.reached, one.a, other.a),
               Choose(one.reached, one.x, other.x),
               {}};
  for (size_t i = 0; i < merged.memory.size(); ++i) {
    if (!one.memory[i] || !other.memory[i]) continue;
    merged.memory[i] = Choose(one.reached, *one.memory[i], *other.memory[i]);
  }
  return merged;
}

class SymbolicRun {
 public:
  SymbolicRun(std::span<const sock_filter> program, const Input& input)
      : program_(program),
        input_(input),
        context_(input.number.ctx()),
        states_(program.size()),
        returned_(Constant(0)) {}

  z3::expr Run() {
    Arrive(0, State{context_.bool_val(true), Constant(0), Constant(0), {}});
    for (size_t at = 0; at < program_.size(); ++at) {
      if (states_[at]) Step(at, *std::exchange(states_[at], std::nullopt));
    }
    return returned_;
  }

 private:
  z3::expr Constant(uint32_t value) { return context_.bv_val(value, 32); }

  void Arrive(size_t at, State state) {
    std::optional<State>& place = states_[at];
    place = place ? Merge(state, *place) : std::move(state);
  }

  // INVARIANT: the conditions of all returns exclude each other and cover every
  // input, so the order of cases is free.
  void Return(const z3::expr& condition, const z3::expr& value) {
    returned_ = z3::ite(condition, value, returned_);
  }

  void Step(size_t at, State state) {
    const sock_filter& instruction = program_[at];
    switch (BPF_CLASS(instruction.code)) {
      case BPF_RET:
        Return(state.reached, instruction.code == (BPF_RET | BPF_A)
                                  ? state.a
                                  : Constant(instruction.k));
        return;
      case BPF_JMP:
        Jump(at, state);
        return;
      case BPF_ALU:
        Compute(instruction, state);
        break;
      default:
        Move(instruction, state);
        break;
    }
    Arrive(at + 1, std::move(state));
  }

  z3::expr Operand(const sock_filter& instruction, const State& state) {
    return BPF_SRC(instruction.code) == BPF_X ? state.x
                                              : Constant(instruction.k);
  }

  void Jump(size_t at, const State& state) {
    const auto& [code, jt, jf, k] = program_[at];
    if (code == (BPF_JMP | BPF_JA)) {
      Arrive(at + 1 + k, state);
      return;
    }
    const z3::expr taken =
        Condition(code, state.a, Operand(program_[at], state));
    State yes = state;
    yes.reached = state.reached && taken;
    Arrive(at + 1 + jt, std::move(yes));
    State no = state;
    no.reached = state.reached && !taken;
    Arrive(at + 1 + jf, std::move(no));
  }

  z3::expr Condition(uint16_t code, const z3::expr& a, const z3::expr& b) {
    switch (BPF_OP(code)) {
      case BPF_JEQ:
        return a == b;
      case BPF_JGT:
        return z3::ugt(a, b);
      case BPF_JGE:
        return z3::uge(a, b);
      default:
        return (a & b) != Constant(0);  // BPF_JSET
    }
  }

  void Compute(const sock_filter& instruction, State& state) {
    const z3::expr b = Operand(instruction, state);
    z3::expr& a = state.a;
    switch (BPF_OP(instruction.code)) {
      case BPF_ADD:
        a = a + b;
        return;
      case BPF_SUB:
        a = a - b;
        return;
      case BPF_MUL:
        a = a * b;
        return;
      case BPF_AND:
        a = a & b;
        return;
      case BPF_OR:
        a = a | b;
        return;
      case BPF_XOR:
        a = a ^ b;
        return;
      case BPF_LSH:
        a = z3::shl(a, b & Constant(31));
        return;
      case BPF_RSH:
        a = z3::lshr(a, b & Constant(31));
        return;
      case BPF_NEG:
        a = -a;
        return;
      default:
        break;
    }
    // A division by zero ends the filter with 0.
    const z3::expr by_zero = b == Constant(0);
    Return(state.reached && by_zero, Constant(0));
    state.reached = state.reached && !by_zero;
    a = z3::udiv(a, b);
  }

  void Move(const sock_filter& instruction, State& state) {
    const uint32_t k = instruction.k;
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        state.a = input_.Word(k);
        return;
      case BPF_LD | BPF_W | BPF_LEN:
        state.a = Constant(64);
        return;
      case BPF_LDX | BPF_W | BPF_LEN:
        state.x = Constant(64);
        return;
      case BPF_LD | BPF_IMM:
        state.a = Constant(k);
        return;
      case BPF_LDX | BPF_IMM:
        state.x = Constant(k);
        return;
      case BPF_LD | BPF_MEM:
        state.a = state.memory[k].value();
        return;
      case BPF_LDX | BPF_MEM:
        state.x = state.memory[k].value();
        return;
      case BPF_ST:
        state.memory[k] = state.a;
        return;
      case BPF_STX:
        state.memory[k] = state.x;
        return;
      case BPF_MISC | BPF_TAX:
        state.x = state.a;
        return;
      case BPF_MISC | BPF_TXA:
        state.a = state.x;
        return;
      default:
        CHECK(false && "ValidateBpf admits no other instruction");
    }
  }

  const std::span<const sock_filter> program_;
  const Input& input_;
  z3::context& context_;
  std::vector<std::optional<State>> states_;
  z3::expr returned_;
};

}  // namespace

z3::expr BpfFormula(std::span<const sock_filter> program, const Input& input) {
  return SymbolicRun(program, input).Run();
}

}  // namespace bailey::policy
