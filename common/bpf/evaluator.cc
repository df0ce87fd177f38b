// The admission rules are those of bpf_check_classic and check_load_and_stores
// (net/core/filter.c) followed by seccomp_check_filter (kernel/seccomp.c); the
// meaning of each instruction is that of the code which bpf_convert_filter
// makes of it. tests/common/bpf/kernel_test.cc holds both against the kernel.

#include "common/bpf/evaluator.h"

#include <fmt/format.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <optional>

#include "common/bpf/trace.h"
#include "common/check.h"

namespace bailey {
namespace {

constexpr uint32_t kDataBytes = sizeof(seccomp_data);
static_assert(kDataBytes == 64);

constexpr std::array<uint16_t, 9> kAluOperations = {BPF_ADD, BPF_SUB, BPF_MUL,
                                                    BPF_DIV, BPF_AND, BPF_OR,
                                                    BPF_XOR, BPF_LSH, BPF_RSH};

bool IsMemoryLoad(uint16_t code) {
  return code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM);
}

bool IsMemoryStore(uint16_t code) { return code == BPF_ST || code == BPF_STX; }

bool IsReturn(uint16_t code) {
  return code == (BPF_RET | BPF_K) || code == (BPF_RET | BPF_A);
}

bool IsAdmittedAlu(uint16_t code) {
  if (code == (BPF_ALU | BPF_NEG)) return true;
  const uint16_t operation = code & 0xf0;
  return (code & ~0xf8) == BPF_ALU &&
         std::ranges::find(kAluOperations, operation) != kAluOperations.end();
}

bool IsConditionalJump(uint16_t code) {
  const uint16_t operation = code & 0xf0;
  return (code & ~0xf8) == BPF_JMP &&
         (operation == BPF_JEQ || operation == BPF_JGT ||
          operation == BPF_JGE || operation == BPF_JSET);
}

bool IsAdmitted(uint16_t code) {
  switch (code) {
    case BPF_LD | BPF_W | BPF_ABS:
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_JMP | BPF_JA:
      return true;
    default:
      return IsMemoryLoad(code) || IsMemoryStore(code) || IsReturn(code) ||
             IsAdmittedAlu(code) || IsConditionalJump(code);
  }
}

// Why an instruction's constant is refused, or null.
const char* WrongConstant(const sock_filter& instruction) {
  const uint32_t k = instruction.k;
  switch (instruction.code) {
    case BPF_LD | BPF_W | BPF_ABS:
      if (k % 4 != 0) return "loads a word that is not aligned";
      return k >= kDataBytes ? "loads from outside struct seccomp_data"
                             : nullptr;
    case BPF_ALU | BPF_DIV | BPF_K:
      return k == 0 ? "divides by zero" : nullptr;
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_K:
      return k >= 32 ? "shifts by 32 bits or more" : nullptr;
    default:
      break;
  }
  const bool memory =
      IsMemoryLoad(instruction.code) || IsMemoryStore(instruction.code);
  return memory && k >= BPF_MEMWORDS ? "names scratch memory that is not there"
                                     : nullptr;
}

// Jumps only go forward, since offsets are unsigned; here they stay inside.
bool JumpsOutside(const sock_filter& instruction, size_t left) {
  if (instruction.code == (BPF_JMP | BPF_JA)) return instruction.k >= left;
  return IsConditionalJump(instruction.code) &&
         std::max(instruction.jt, instruction.jf) >= left;
}

std::unexpected<Error> Refuse(size_t index, std::string_view why) {
  return Fail(fmt::format("BPF instruction {} {}", index, why));
}

Result<> CheckInstructions(std::span<const sock_filter> program) {
  for (size_t i = 0; i < program.size(); ++i) {
    if (!IsAdmitted(program[i].code)) {
      return Refuse(i, fmt::format("has code {:#x}, which seccomp refuses",
                                   program[i].code));
    }
    if (const char* why = WrongConstant(program[i])) return Refuse(i, why);
    if (JumpsOutside(program[i], program.size() - i - 1)) {
      return Refuse(i, "jumps out of the program");
    }
  }
  return {};
}

// Every word of scratch memory is written on each path to a read of it.
Result<> CheckScratchMemory(std::span<const sock_filter> program) {
  constexpr uint16_t kAll = 0xffff;
  std::vector<uint16_t> written_at(program.size(), kAll);
  uint16_t written = 0;
  for (size_t i = 0; i < program.size(); ++i) {
    const auto& [code, jt, jf, k] = program[i];
    written &= written_at[i];
    if (IsMemoryStore(code)) written |= uint16_t{1} << k;
    if (IsMemoryLoad(code) && !(written & (1u << k))) {
      return Refuse(i, "reads scratch memory before it is written");
    }
    if (code == (BPF_JMP | BPF_JA)) {
      written_at[i + 1 + k] &= written;
      written = kAll;
    } else if (IsConditionalJump(code)) {
      written_at[i + 1 + jt] &= written;
      written_at[i + 1 + jf] &= written;
      written = kAll;
    }
  }
  return {};
}

struct Machine {
  uint32_t a = 0;
  uint32_t x = 0;
  std::array<uint32_t, BPF_MEMWORDS> memory{};
};

// The new A; none for a division by zero, which ends the filter with 0.
std::optional<uint32_t> Compute(uint16_t code, uint32_t a, uint32_t operand) {
  switch (code & 0xf0) {
    case BPF_ADD:
      return a + operand;
    case BPF_SUB:
      return a - operand;
    case BPF_MUL:
      return a * operand;
    case BPF_DIV:
      if (operand == 0) return std::nullopt;
      return a / operand;
    case BPF_AND:
      return a & operand;
    case BPF_OR:
      return a | operand;
    case BPF_XOR:
      return a ^ operand;
    // A shift by X takes its low five bits, as the eBPF that it becomes does.
    case BPF_LSH:
      return a << (operand & 31);
    case BPF_RSH:
      return a >> (operand & 31);
    default:
      return 0u - a;  // BPF_NEG
  }
}

bool Jumps(uint16_t code, uint32_t a, uint32_t operand) {
  switch (code & 0xf0) {
    case BPF_JEQ:
      return a == operand;
    case BPF_JGT:
      return a > operand;
    case BPF_JGE:
      return a >= operand;
    default:
      return (a & operand) != 0;  // BPF_JSET
  }
}

// Loads, stores and moves; everything but arithmetic, jumps and returns.
void Move(const sock_filter& instruction, const SeccompData& data,
          Machine& machine) {
  const uint32_t k = instruction.k;
  switch (instruction.code) {
    case BPF_LD | BPF_W | BPF_ABS:
      machine.a = SeccompWord(data, k);
      return;
    case BPF_LD | BPF_W | BPF_LEN:
      machine.a = kDataBytes;
      return;
    case BPF_LDX | BPF_W | BPF_LEN:
      machine.x = kDataBytes;
      return;
    case BPF_LD | BPF_IMM:
      machine.a = k;
      return;
    case BPF_LDX | BPF_IMM:
      machine.x = k;
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

// `step` is called with the index of each instruction before it is executed.
template <class Step>
BpfRun Execute(std::span<const sock_filter> program, const SeccompData& data,
               Step step) {
  Machine machine;
  // INVARIANT: ValidateBpf made sure that jumps go forward and stay inside and
  // that the last instruction returns, so `at` stays in range and this ends.
  for (uint32_t at = 0, executed = 1;; ++at, ++executed) {
    step(at);
    const sock_filter& instruction = program[at];
    const uint16_t code = instruction.code;
    const uint32_t operand = BPF_SRC(code) == BPF_X ? machine.x : instruction.k;
    if (code == (BPF_RET | BPF_K)) return {instruction.k, executed};
    if (code == (BPF_RET | BPF_A)) return {machine.a, executed};
    if (code == (BPF_JMP | BPF_JA)) {
      at += instruction.k;
    } else if (BPF_CLASS(code) == BPF_JMP) {
      at += Jumps(code, machine.a, operand) ? instruction.jt : instruction.jf;
    } else if (BPF_CLASS(code) == BPF_ALU) {
      const std::optional<uint32_t> value = Compute(code, machine.a, operand);
      if (!value) return {0, executed};
      machine.a = *value;
    } else {
      Move(instruction, data, machine);
    }
  }
}

}  // namespace

uint32_t SeccompWord(const SeccompData& data, uint32_t offset) {
  CHECK(offset % 4 == 0 && offset < kDataBytes);
  if (offset == offsetof(seccomp_data, nr)) return data.number;
  if (offset == offsetof(seccomp_data, arch)) return data.architecture;
  const uint64_t whole = offset < offsetof(seccomp_data, args)
                             ? data.instruction_pointer
                             : data.arguments[(offset - 16) / 8];
  return static_cast<uint32_t>(offset % 8 == 0 ? whole : whole >> 32);
}

Result<> ValidateBpf(std::span<const sock_filter> program) {
  if (program.empty()) return Fail("the BPF program is empty");
  if (program.size() > kMaxBpfInstructions) {
    return Fail(
        fmt::format("the BPF program has {} instructions; the kernel "
                    "takes {}",
                    program.size(), kMaxBpfInstructions));
  }
  RETURN_IF_ERROR(CheckInstructions(program));
  if (!IsReturn(program.back().code)) {
    return Refuse(program.size() - 1, "is the last one and does not return");
  }
  return CheckScratchMemory(program);
}

BpfRun RunBpf(std::span<const sock_filter> program, const SeccompData& data) {
  return Execute(program, data, [](uint32_t) {});
}

BpfTrace TraceBpf(std::span<const sock_filter> program,
                  const SeccompData& data) {
  BpfTrace trace;
  trace.returned = Execute(program, data, [&](uint32_t at) {
                     trace.path.push_back(at);
                   }).returned;
  return trace;
}

}  // namespace bailey
