#include "policy-compiler/verify/bpf_formula.h"

#include <linux/seccomp.h>

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

z3::expr Both(const z3::expr& one, const z3::expr& other) {
  return one.is_true() ? other : one && other;
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

bool IsConditionalJump(const sock_filter& instruction) {
  return BPF_CLASS(instruction.code) == BPF_JMP &&
         instruction.code != (BPF_JMP | BPF_JA);
}

bool IsDivision(const sock_filter& instruction) {
  return BPF_CLASS(instruction.code) == BPF_ALU &&
         BPF_OP(instruction.code) == BPF_DIV;
}

// Forwards, what the machine holds at each instruction; then backwards, what is
// returned from there on. Jumps only go forward, so each pass sees everything
// that an instruction's formula is made of before it.
class SymbolicRun {
 public:
  SymbolicRun(std::span<const sock_filter> program, const Input& input)
      : program_(program),
        input_(input),
        context_(input.number.ctx()),
        states_(program.size()),
        formulas_{std::vector<std::optional<z3::expr>>(program.size()),
                  std::vector<std::optional<z3::expr>>(program.size()),
                  std::vector<std::optional<z3::expr>>(program.size())} {}

  BpfFormulas Run() {
    Arrive(0, State{context_.bool_val(true), Constant(0), Constant(0), {}});
    for (size_t at = 0; at < program_.size(); ++at) {
      if (!states_[at]) continue;
      formulas_.reached[at] = states_[at]->reached;
      Step(at, *std::exchange(states_[at], std::nullopt));
    }
    for (size_t at = program_.size(); at-- > 0;) {
      if (formulas_.reached[at]) ReturnFrom(at);
    }
    return std::move(formulas_);
  }

 private:
  z3::expr Constant(uint32_t value) { return context_.bv_val(value, 32); }

  void Arrive(size_t at, State state) {
    std::optional<State>& place = states_[at];
    place = place ? Merge(state, *place) : std::move(state);
  }

  void Step(size_t at, State state) {
    const sock_filter& instruction = program_[at];
    switch (BPF_CLASS(instruction.code)) {
      case BPF_RET:
        formulas_.returned[at] = instruction.code == (BPF_RET | BPF_A)
                                     ? state.a
                                     : Constant(instruction.k);
        return;
      case BPF_JMP:
        Jump(at, state);
        return;
      case BPF_ALU:
        Compute(at, state);
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
    formulas_.taken[at] = taken;
    State yes = state;
    yes.reached = Both(state.reached, taken);
    Arrive(at + 1 + jt, std::move(yes));
    State no = state;
    no.reached = Both(state.reached, !taken);
    Arrive(at + 1 + jf, std::move(no));
  }

  // The value of `returned` at `at`, from those behind it.
  void ReturnFrom(size_t at) {
    const sock_filter& instruction = program_[at];
    const auto behind = [&](size_t distance) -> const z3::expr& {
      return formulas_.returned[at + 1 + distance].value();
    };
    std::optional<z3::expr>& returned = formulas_.returned[at];
    if (BPF_CLASS(instruction.code) == BPF_RET) return;  // Step had it
    if (instruction.code == (BPF_JMP | BPF_JA)) {
      returned = behind(instruction.k);
    } else if (IsConditionalJump(instruction)) {
      returned = Choose(*formulas_.taken[at], behind(instruction.jt),
                        behind(instruction.jf));
    } else if (IsDivision(instruction)) {
      returned = Choose(*formulas_.taken[at], Constant(0), behind(0));
    } else {
      returned = behind(0);
    }
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

  void Compute(size_t at, State& state) {
    const sock_filter& instruction = program_[at];
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
    formulas_.taken[at] = by_zero;
    state.reached = Both(state.reached, !by_zero);
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
  BpfFormulas formulas_;
};

constexpr uint32_t kDataBits = SECCOMP_RET_DATA;
constexpr uint32_t kMostErrno = 4095;

}  // namespace

BpfFormulas FormulasOf(std::span<const sock_filter> program,
                       const Input& input) {
  return SymbolicRun(program, input).Run();
}

z3::expr BpfFormula(std::span<const sock_filter> program, const Input& input) {
  return FormulasOf(program, input).returned.front().value();
}

// As RunBpfStack has it (common/bpf/filter_stack.cc).
z3::expr StackFormula(std::span<const BpfProgram> stack, const Input& input) {
  if (stack.size() == 1) return BpfFormula(stack.front(), input);
  z3::context& context = input.number.ctx();
  const z3::expr action_bits = context.bv_val(~kDataBits, 32);
  z3::expr answer = context.bv_val(SECCOMP_RET_ALLOW, 32);
  for (size_t i = stack.size(); i-- > 0;) {
    const z3::expr returned = BpfFormula(stack[i], input);
    answer = z3::ite(z3::slt(returned & action_bits, answer & action_bits),
                     returned, answer);
  }
  return answer;
}

// As EffectiveReturn has it (common/bpf/filter_stack.cc).
z3::expr EffectFormula(const z3::expr& returned) {
  z3::context& context = returned.ctx();
  const auto constant = [&](uint32_t value) {
    return context.bv_val(value, 32);
  };
  const z3::expr action = returned & constant(~kDataBits);
  const z3::expr data = returned & constant(kDataBits);
  const z3::expr error =
      constant(SECCOMP_RET_ERRNO) +
      z3::ite(z3::ugt(data, constant(kMostErrno)), constant(kMostErrno), data);
  z3::expr effect = constant(SECCOMP_RET_KILL_PROCESS);
  for (const uint32_t known :
       {uint32_t{SECCOMP_RET_KILL_THREAD}, uint32_t{SECCOMP_RET_USER_NOTIF},
        uint32_t{SECCOMP_RET_LOG}, uint32_t{SECCOMP_RET_ALLOW}}) {
    effect = z3::ite(action == constant(known), action, effect);
  }
  for (const uint32_t with_data :
       {uint32_t{SECCOMP_RET_TRAP}, uint32_t{SECCOMP_RET_TRACE}}) {
    effect = z3::ite(action == constant(with_data), returned, effect);
  }
  return z3::ite(action == constant(SECCOMP_RET_ERRNO), error, effect);
}

}  // namespace bailey::policy
