// Execution of filters with open arguments, one path at a time.

#include "policy-compiler/lift/paths.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/bpf/filter_stack.h"
#include "common/check.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kAllBits = ~uint32_t{0};
constexpr uint64_t kStepsOfAFork = 100;
constexpr uint64_t kStepsOfASet = 50;  // what is known is copied, too
constexpr const char* kUnsayable =
    "arithmetic on arguments, or two of them compared";
constexpr const char* kInstructionPointer = "the instruction pointer";

struct Machine {
  size_t program = 0;  // one above that which runs
  size_t at = 0;
  RegisterValue a, x;
  std::array<RegisterValue, BPF_MEMWORDS> memory;
  WordState words;
  std::set<std::string> inexact;
  uint32_t best = SECCOMP_RET_ALLOW;
};

// The stronger of two, as the kernel has it: a stack of two constants.
uint32_t Stronger(uint32_t best, uint32_t returned) {
  const BpfProgram newer = {{BPF_RET | BPF_K, 0, 0, best}};
  const BpfProgram older = {{BPF_RET | BPF_K, 0, 0, returned}};
  const std::array<BpfProgram, 2> stack = {older, newer};
  return RunBpfStack(stack, {});
}

class Follower {
 public:
  Follower(std::span<const BpfProgram> stack, uint32_t architecture,
           uint32_t number, PathBudget& budget)
      : stack_(stack),
        architecture_(architecture),
        number_(number),
        budget_(budget) {}

  Result<std::vector<FilterPath>> Run() {
    Machine first;
    first.program = stack_.size();
    open_.push_back(std::move(first));
    while (!open_.empty()) {
      Machine machine = std::move(open_.back());
      open_.pop_back();
      budget_.steps -=
          std::min(budget_.steps,
                   kStepsOfAFork + kStepsOfASet * machine.words.CountSets());
      RETURN_IF_ERROR(Follow(std::move(machine)));
    }
    return std::move(paths_);
  }

 private:
  // Until it ends or forks.
  Result<> Follow(Machine machine) {
    while (machine.program > 0) {
      if (budget_.steps == 0) return TooComplex("takes too many steps");
      --budget_.steps;
      if (!Step(machine)) return {};
    }
    if (paths_.size() == budget_.paths_of_a_number)
      return TooComplex("has too many ways through it");
    if (machine.words.TestsInstructionPointer())
      machine.inexact.insert(kInstructionPointer);
    paths_.push_back({machine.words.Cube(), machine.best, machine.inexact});
    return {};
  }

  static std::unexpected<Error> TooComplex(const std::string& why) {
    return Fail("the filter is too complex to lift: it " + why,
                "`bailey policy prove --filter` holds it against a policy "
                "without lifting it");
  }

  const sock_filter& InstructionOf(const Machine& machine) const {
    return stack_[machine.program - 1][machine.at];
  }

  RegisterValue Operand(const Machine& machine) const {
    const sock_filter& instruction = InstructionOf(machine);
    return BPF_SRC(instruction.code) == BPF_X
               ? machine.x
               : RegisterValue::Constant(instruction.k);
  }

  // False: the path goes on in others, or nothing takes it.
  bool Step(Machine& machine) {
    switch (BPF_CLASS(InstructionOf(machine).code)) {
      case BPF_RET:
        return Return(machine);
      case BPF_JMP:
        return Jump(machine);
      case BPF_ALU:
        return Compute(machine);
      default:
        Move(machine);
        ++machine.at;
        return true;
    }
  }

  bool Return(Machine& machine) {
    const sock_filter& instruction = InstructionOf(machine);
    const bool constant = BPF_RVAL(instruction.code) == BPF_K;
    const RegisterValue value =
        constant ? RegisterValue::Constant(instruction.k) : machine.a;
    if (value.kind == RegisterValue::Kind::kConstant) {
      End(machine, value.constant);
      return true;
    }
    return ReturnEach(machine, value);
  }

  static void End(Machine& machine, uint32_t returned) {
    machine.best = Stronger(machine.best, returned);
    --machine.program;
    machine.at = 0;
    machine.a = machine.x = RegisterValue::Constant(0);
  }

  // What is returned depends on the call: a path for each value where these are
  // few, else the strictest answer.
  bool ReturnEach(Machine& machine, const RegisterValue& value) {
    std::optional<std::vector<uint32_t>> words;
    if (value.kind == RegisterValue::Kind::kWord)
      words = machine.words.ValuesOf(value);
    if (!words) {
      machine.inexact.insert(kUnsayable);
      End(machine, SECCOMP_RET_KILL_PROCESS);
      return true;
    }
    const uint64_t mask = MaskOf(machine, value);
    for (const uint32_t word : *words) {
      Machine one = machine;
      if (!one.words.Narrow(value.word, Canonical({mask, {{word, word}}}, 32)))
        continue;
      End(one, ValueAt(value, word));
      open_.push_back(std::move(one));
    }
    return false;
  }

  // Of what ValuesOf yields.
  static uint64_t MaskOf(const Machine& machine, const RegisterValue& value) {
    return machine.words.FewWhole(value.word) ? kAllBits : BitsUsed(value);
  }

  bool Jump(Machine& machine) {
    const auto& [code, jt, jf, k] = InstructionOf(machine);
    if (code == (BPF_JMP | BPF_JA)) {
      machine.at += 1 + k;
      return true;
    }
    const RegisterValue operand = Operand(machine);
    const RegisterValue& a = machine.a;
    const uint16_t operation = BPF_OP(code);
    using Kind = RegisterValue::Kind;
    if (operand.kind == Kind::kConstant)
      return Decide(machine, a, WantedOf(operation, operand.constant));
    // Only the order makes a difference between A and X.
    if (a.kind == Kind::kConstant)
      return Decide(machine, operand, TurnedAround(operation, a.constant));
    return TakeBoth(machine);
  }

  // (value OP constant), as a set of values.
  static MaskedSet WantedOf(uint16_t operation, uint32_t constant) {
    const uint64_t k = constant;
    switch (operation) {
      case BPF_JEQ:
        return {kAllBits, {{k, k}}};
      case BPF_JGE:
        return {kAllBits, {{k, kAllBits}}};
      case BPF_JGT:
        if (k == kAllBits) return {kAllBits, {}};
        return {kAllBits, {{k + 1, kAllBits}}};
      default:  // BPF_JSET
        if (k == 0) return {kAllBits, {}};
        return {k, {{1, k}}};
    }
  }

  // (constant OP value).
  static MaskedSet TurnedAround(uint16_t operation, uint32_t constant) {
    const uint64_t k = constant;
    if (operation == BPF_JGE) return {kAllBits, {{0, k}}};
    if (operation != BPF_JGT) return WantedOf(operation, constant);
    if (k == 0) return {kAllBits, {}};
    return {kAllBits, {{0, k - 1}}};
  }

  bool Decide(Machine& machine, const RegisterValue& value,
              const MaskedSet& wanted) {
    if (value.kind == RegisterValue::Kind::kConstant) {
      Take(machine, Contains(wanted.values, value.constant & wanted.mask));
      return true;
    }
    if (value.kind == RegisterValue::Kind::kUnknown) return TakeBoth(machine);
    const uint8_t word = value.word;
    std::optional<MaskedSet> yes = Preimage(value, wanted);
    if (!yes) yes = Tried(machine, value, wanted);
    if (!yes) return TakeBoth(machine);
    const MaskedSet no = Inverse(*yes, 32);
    Machine other = machine;
    if (other.words.Narrow(word, no)) {
      Take(other, false);
      open_.push_back(std::move(other));
    }
    if (!machine.words.Narrow(word, *yes)) return false;
    Take(machine, true);
    return true;
  }

  // Where the path has few words left, each is tried.
  static std::optional<MaskedSet> Tried(const Machine& machine,
                                        const RegisterValue& value,
                                        const MaskedSet& wanted) {
    if (!machine.words.FewWhole(value.word)) return std::nullopt;
    const auto words = machine.words.ValuesOf(value);
    if (!words) return std::nullopt;
    MaskedSet found{kAllBits, {}};
    for (const uint32_t word : *words)
      if (Contains(wanted.values, ValueAt(value, word) & wanted.mask))
        found.values = Union(found.values, {{word, word}});
    return Canonical(found, 32);
  }

  void Take(Machine& machine, bool taken) const {
    const sock_filter& instruction = InstructionOf(machine);
    machine.at += 1 + (taken ? instruction.jt : instruction.jf);
  }

  bool TakeBoth(Machine& machine) {
    const sock_filter& instruction = InstructionOf(machine);
    machine.inexact.insert(kUnsayable);
    if (instruction.jt != instruction.jf) {
      Machine other = machine;
      Take(other, false);
      open_.push_back(std::move(other));
    }
    Take(machine, true);
    return true;
  }

  bool Compute(Machine& machine) {
    const uint16_t operation = BPF_OP(InstructionOf(machine).code);
    const RegisterValue operand = Operand(machine);
    if (operation == BPF_DIV && !EndWhereZero(machine, operand)) return false;
    machine.a = Computed(operation, machine.a, operand);
    ++machine.at;
    return true;
  }

  // A division by zero ends its filter with 0. False: nothing else is left.
  bool EndWhereZero(Machine& machine, const RegisterValue& divisor) {
    if (divisor.kind == RegisterValue::Kind::kConstant) {
      if (divisor.constant != 0) return true;
      End(machine, 0);
      open_.push_back(std::move(machine));
      return false;
    }
    std::optional<MaskedSet> zero;
    if (divisor.kind == RegisterValue::Kind::kWord)
      zero = Preimage(divisor, {kAllBits, {{0, 0}}});
    if (!zero) machine.inexact.insert(kUnsayable);
    Machine ended = machine;
    if (!zero || ended.words.Narrow(divisor.word, *zero)) {
      End(ended, 0);
      open_.push_back(std::move(ended));
    }
    return !zero || machine.words.Narrow(divisor.word, Inverse(*zero, 32));
  }

  RegisterValue Loaded(uint32_t offset) const {
    if (offset == 0) return RegisterValue::Constant(number_);
    if (offset == 4) return RegisterValue::Constant(architecture_);
    return RegisterValue::Word(static_cast<uint8_t>(offset / 4));
  }

  void Move(Machine& machine) const {
    const sock_filter& instruction = InstructionOf(machine);
    const uint32_t k = instruction.k;
    constexpr uint32_t kLength = sizeof(seccomp_data);
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        machine.a = Loaded(k);
        return;
      case BPF_LD | BPF_W | BPF_LEN:
        machine.a = RegisterValue::Constant(kLength);
        return;
      case BPF_LDX | BPF_W | BPF_LEN:
        machine.x = RegisterValue::Constant(kLength);
        return;
      case BPF_LD | BPF_IMM:
        machine.a = RegisterValue::Constant(k);
        return;
      case BPF_LDX | BPF_IMM:
        machine.x = RegisterValue::Constant(k);
        return;
      case BPF_LD | BPF_MEM:
        machine.a = machine.memory[k];
        return;
      case BPF_LDX | BPF_MEM:
        machine.x = machine.memory[k];
        return;
      case BPF_ST:
        machine.memory[k] = machine.a;
        return;
      case BPF_STX:
        machine.memory[k] = machine.x;
        return;
      case BPF_MISC | BPF_TAX:
        machine.x = machine.a;
        return;
      case BPF_MISC | BPF_TXA:
        machine.a = machine.x;
        return;
      default:
        CHECK(false && "ValidateBpf admits no other instruction");
    }
  }

  const std::span<const BpfProgram> stack_;
  const uint32_t architecture_;
  const uint32_t number_;
  PathBudget& budget_;
  std::vector<Machine> open_;
  std::vector<FilterPath> paths_;
};

}  // namespace

Result<std::vector<FilterPath>> FollowPaths(std::span<const BpfProgram> stack,
                                            uint32_t audit_architecture,
                                            uint32_t number,
                                            PathBudget& budget) {
  return Follower(stack, audit_architecture, number, budget).Run();
}

}  // namespace bailey::policy
