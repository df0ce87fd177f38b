#include "analyzer/ir/assembly.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstrTypes.h>

#include <algorithm>
#include <string>

namespace bailey::analyzer {
namespace {

// Instructions that enter the kernel or go elsewhere, and directives that could
// spell any instruction.
constexpr std::string_view kLeaving[] = {
    "syscall",  "sysenter", "int",    "call",     "callq",       "calll",
    "lcall",    "jmp",      "jmpq",   "ljmp",     "ret",         "retq",
    "iret",     "iretq",    "sysret", "sysexit",  ".byte",       ".word",
    ".short",   ".long",    ".quad",  ".octa",    ".value",      ".2byte",
    ".4byte",   ".8byte",   ".ascii", ".asciz",   ".string",     ".incbin",
    ".include", ".macro",   ".insn",  ".fill",    ".rept",       ".hword",
    ".skip",    ".space",   ".zero",  ".section", ".pushsection"};

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// Conditional jumps leave only towards a symbol; a local label is a digit or
// begins with a dot, but telling them apart is not worth an error.
bool Leaves(std::string_view word) {
  return std::ranges::find(kLeaving, word) != std::end(kLeaving);
}

// x86_64's registers for the number and the arguments, by any of their widths.
int SyscallRegister(std::string_view code) {
  constexpr std::string_view kNames[7][3] = {
      {"{ax}", "{eax}", "{rax}"}, {"{di}", "{edi}", "{rdi}"},
      {"{si}", "{esi}", "{rsi}"}, {"{dx}", "{edx}", "{rdx}"},
      {"{r10}", "{r10d}", ""},    {"{r8}", "{r8d}", ""},
      {"{r9}", "{r9d}", ""}};
  for (int i = 0; i < 7; ++i)
    if (std::ranges::find(kNames[i], code) != std::end(kNames[i])) return i;
  return -1;
}

std::string_view CodeOf(const llvm::InlineAsm::ConstraintInfo& constraint) {
  return constraint.Codes.size() == 1 ? std::string_view(constraint.Codes[0])
                                      : std::string_view();
}

bool IsOnlySyscall(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n;";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return false;
  const size_t end = text.find_last_not_of(kSpace);
  return text.substr(begin, end - begin + 1) == "syscall";
}

}  // namespace

bool MayLeave(std::string_view assembly) {
  size_t i = 0;
  while (i < assembly.size()) {
    size_t end = i;
    while (end < assembly.size() && IsWordCharacter(assembly[end])) ++end;
    std::string word(assembly.substr(i, end - i));
    std::ranges::transform(word, word.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (Leaves(word)) return true;
    i = end + 1;
  }
  return false;
}

std::optional<SyscallOperands> PlainSyscall(const llvm::CallBase& call) {
  const auto* assembly =
      llvm::dyn_cast<llvm::InlineAsm>(call.getCalledOperand());
  if (assembly == nullptr) return std::nullopt;
  const std::string text(llvm::StringRef(assembly->getAsmString()));
  if (!IsOnlySyscall(text)) return std::nullopt;
  const auto constraints = assembly->ParseConstraints();
  SyscallOperands operands;
  unsigned next = 0;
  for (const auto& constraint : constraints) {
    const bool output = constraint.Type == llvm::InlineAsm::isOutput;
    if (constraint.Type != llvm::InlineAsm::isInput &&
        !(output && constraint.isIndirect))
      continue;
    const llvm::Value* value = call.getArgOperand(next++);
    if (output) continue;
    std::string_view code = CodeOf(constraint);
    // An input tied to an output ("+a") is named by that one's position.
    if (!code.empty() && code[0] >= '0' && code[0] <= '9') {
      const size_t tied = std::stoul(std::string(code));
      if (tied < constraints.size()) code = CodeOf(constraints[tied]);
    }
    const int slot = SyscallRegister(code);
    if (slot == 0) operands.number = value;
    if (slot > 0) operands.arguments[static_cast<size_t>(slot - 1)] = value;
  }
  return operands;
}

}  // namespace bailey::analyzer
