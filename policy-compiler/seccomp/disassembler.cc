#include "policy-compiler/seccomp/disassembler.h"

#include <fmt/format.h>
#include <linux/seccomp.h>

#include <optional>
#include <string_view>
#include <vector>

#include "common/syscalls/constants.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {
namespace {

std::string_view AluName(uint16_t code) {
  switch (code & 0xf0) {
    case BPF_ADD:
      return "add";
    case BPF_SUB:
      return "sub";
    case BPF_MUL:
      return "mul";
    case BPF_DIV:
      return "div";
    case BPF_AND:
      return "and";
    case BPF_OR:
      return "or";
    case BPF_XOR:
      return "xor";
    case BPF_LSH:
      return "lsh";
    case BPF_RSH:
      return "rsh";
    default:
      return "neg";
  }
}

std::string_view JumpName(uint16_t code) {
  switch (code & 0xf0) {
    case BPF_JEQ:
      return "jeq";
    case BPF_JGT:
      return "jgt";
    case BPF_JGE:
      return "jge";
    default:
      return "jset";
  }
}

std::string Operand(const sock_filter& instruction) {
  return BPF_SRC(instruction.code) == BPF_X
             ? "x"
             : fmt::format("#{:#x}", instruction.k);
}

bool IsConditional(uint16_t code) {
  return BPF_CLASS(code) == BPF_JMP && code != (BPF_JMP | BPF_JA);
}

// Requires an instruction that seccomp admits.
std::string Text(const sock_filter& instruction, size_t at) {
  const auto& [code, jt, jf, k] = instruction;
  switch (code) {
    case BPF_LD | BPF_W | BPF_ABS:
      return fmt::format("ld [{}]", k);
    case BPF_LD | BPF_W | BPF_LEN:
      return "ld len";
    case BPF_LDX | BPF_W | BPF_LEN:
      return "ldx len";
    case BPF_LD | BPF_IMM:
      return fmt::format("ld #{:#x}", k);
    case BPF_LDX | BPF_IMM:
      return fmt::format("ldx #{:#x}", k);
    case BPF_LD | BPF_MEM:
      return fmt::format("ld M[{}]", k);
    case BPF_LDX | BPF_MEM:
      return fmt::format("ldx M[{}]", k);
    case BPF_ST:
      return fmt::format("st M[{}]", k);
    case BPF_STX:
      return fmt::format("stx M[{}]", k);
    case BPF_MISC | BPF_TAX:
      return "tax";
    case BPF_MISC | BPF_TXA:
      return "txa";
    case BPF_RET | BPF_K:
      return fmt::format("ret #{:#x}", k);
    case BPF_RET | BPF_A:
      return "ret a";
    case BPF_ALU | BPF_NEG:
      return "neg";
    case BPF_JMP | BPF_JA:
      return fmt::format("ja {:04}", at + 1 + k);
    default:
      break;
  }
  if (IsConditional(code)) {
    return fmt::format("{} {}, {:04}, {:04}", JumpName(code),
                       Operand(instruction), at + 1 + jt, at + 1 + jf);
  }
  return fmt::format("{} {}", AluName(code), Operand(instruction));
}

std::string RawText(const sock_filter& instruction) {
  return fmt::format("? code {:#06x} jt {} jf {} k {:#x}", instruction.code,
                     instruction.jt, instruction.jf, instruction.k);
}

std::string WordName(uint32_t offset) {
  switch (offset) {
    case 0:
      return "number";
    case 4:
      return "architecture";
    case 8:
      return "instruction pointer, low";
    case 12:
      return "instruction pointer, high";
    default:
      return fmt::format("argument {}, {}", (offset - 16) / 8,
                         offset % 8 == 0 ? "low" : "high");
  }
}

std::string ReturnName(uint32_t value, FilterKind kind) {
  if (kind == FilterKind::kRuleIndex) return fmt::format("rule {}", value);
  switch (value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return "allow";
    case SECCOMP_RET_LOG:
      return "log";
    case SECCOMP_RET_TRAP:
      return "trap";
    case SECCOMP_RET_KILL_THREAD:
      return "kill_thread";
    case SECCOMP_RET_KILL_PROCESS:
      return "kill_process";
    case SECCOMP_RET_USER_NOTIF:
      return "notify";
    default:
      break;
  }
  if ((value & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO) return "";
  const int number = static_cast<int>(value & SECCOMP_RET_DATA);
  const std::string_view name = ErrnoName(number);
  return name.empty() ? fmt::format("errno {}", number)
                      : fmt::format("errno {}", name);
}

// Which word of struct seccomp_data, as a byte offset, the accumulator holds
// whole; none if it depends on the path or was computed.
class LoadedWords {
 public:
  explicit LoadedWords(std::span<const sock_filter> program)
      : before_(program.size()) {
    Merge(0, kNone);
    for (size_t i = 0; i < program.size(); ++i) Step(program[i], i);
  }

  std::optional<uint32_t> Before(size_t at) const {
    return before_[at] && *before_[at] != kNone ? before_[at] : std::nullopt;
  }

 private:
  static constexpr uint32_t kNone = 64;

  void Step(const sock_filter& instruction, size_t at) {
    const auto& [code, jt, jf, k] = instruction;
    if (!before_[at]) return;
    const uint32_t held = *before_[at];
    if (code == (BPF_JMP | BPF_JA)) {
      Merge(at + 1 + k, held);
    } else if (BPF_CLASS(code) == BPF_JMP) {
      Merge(at + 1 + jt, held);
      Merge(at + 1 + jf, held);
    } else if (code == (BPF_LD | BPF_W | BPF_ABS)) {
      Merge(at + 1, k);
    } else if (BPF_CLASS(code) != BPF_RET) {
      Merge(at + 1, kNone);
    }
  }

  void Merge(size_t at, uint32_t held) {
    if (at >= before_.size()) return;
    before_[at] = before_[at].value_or(held) == held ? held : kNone;
  }

  std::vector<std::optional<uint32_t>> before_;  // empty: not reached
};

std::string JumpComment(const sock_filter& instruction,
                        std::optional<uint32_t> held, const SyscallTable& table,
                        Architecture architecture) {
  if (held == 4u && instruction.k == table.audit_arch()) {
    return std::string(ArchitectureName(architecture));
  }
  if (held != 0u || BPF_OP(instruction.code) == BPF_JSET) return "";
  const Syscall* call = table.FindByNumber(instruction.k);
  return call ? std::string(call->name) : "";
}

std::string Comment(const sock_filter& instruction,
                    std::optional<uint32_t> held, FilterKind kind,
                    Architecture architecture) {
  const uint16_t code = instruction.code;
  if (code == (BPF_LD | BPF_W | BPF_ABS)) return WordName(instruction.k);
  if (code == (BPF_RET | BPF_K)) return ReturnName(instruction.k, kind);
  if (IsConditional(code) && BPF_SRC(code) == BPF_K) {
    return JumpComment(instruction, held, SyscallTable::For(architecture),
                       architecture);
  }
  return "";
}

}  // namespace

std::string Disassemble(std::span<const sock_filter> program, FilterKind kind,
                        Architecture architecture) {
  const bool valid = ValidateBpf(program).ok();
  const LoadedWords words(valid ? program : program.first(0));
  std::string text;
  for (size_t i = 0; i < program.size(); ++i) {
    const std::string line = fmt::format(
        "{:04}: {}", i, valid ? Text(program[i], i) : RawText(program[i]));
    const std::string comment =
        valid ? Comment(program[i], words.Before(i), kind, architecture) : "";
    text += comment.empty() ? line : fmt::format("{:<36}; {}", line, comment);
    text += '\n';
  }
  return text;
}

}  // namespace bailey::policy
