#include "analyzer/ir/assembly.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstrTypes.h>

#include <algorithm>
#include <span>
#include <string>

namespace bailey::analyzer {
namespace {

// Instructions of x86_64 that enter the kernel or go elsewhere, by how they
// begin: `ret` is also `retq`, and `sys` every way into the kernel.
constexpr std::string_view kLeavingPrefixes[] = {
    "sys", "call", "lcall", "ljmp", "ret", "lret", "iret", "uiret", "xbegin"};
constexpr std::string_view kLeavingWords[] = {"int", "int1", "int3", "into"};

// The same of aarch64, where `b` begins every other branch, and some
// instructions that only compute.
constexpr std::string_view kLeavingPrefixesAarch64[] = {
    "svc", "hvc",  "smc",  "ret", "eret", "brk",    "hlt",
    "udf", "dcps", "drps", "cb",  "tb",   "tstart", "tcancel"};
constexpr std::string_view kComputingAarch64[] = {
    "bcax", "bf",  "bfc", "bfi", "bfm", "bfxil", "bic",
    "bics", "bif", "bit", "brk", "bsl", "bti"};

// Directives that make no code. Any other could spell an instruction, or stand
// for a text that is not seen here.
constexpr std::string_view kHarmlessDirectives[] = {
    ".align", ".balign", ".p2align", ".globl", ".global", ".hidden",
    ".type",  ".size",   ".loc",     ".file",  ".ident",  ".att_syntax"};

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '.';
}

std::string Lower(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool IsDirective(std::string_view word) {
  const bool label = word.starts_with(".L") && Lower(word) != ".long";
  return word.size() > 1 && word[0] == '.' && !label &&
         !word.starts_with(".cfi_");
}

bool IsJump(Architecture architecture, std::string_view word) {
  if (architecture == Architecture::kAarch64)
    return word == "b" || word.starts_with("b.") || word.starts_with("bc.");
  return word.starts_with("j") || word.starts_with("loop");
}

// `1f`, `.Lname`, or a label of an asm goto: a place in the same function.
bool IsLocalLabel(std::string_view operand) {
  constexpr std::string_view kDigits = "0123456789";
  if (operand.starts_with(".L")) return true;
  if (operand.starts_with("${") && operand.ends_with(":l}")) return true;
  const size_t end = operand.find_first_not_of(kDigits);
  return end != 0 && end != std::string_view::npos &&
         end + 1 == operand.size() &&
         (operand[end] == 'b' || operand[end] == 'f');
}

// What stands between a word and the statement's end.
std::string_view OperandAfter(std::string_view assembly, size_t end) {
  constexpr std::string_view kSpace = " \t";
  std::string_view rest = assembly.substr(end);
  rest = rest.substr(0, rest.find_first_of(";\n#"));
  rest = rest.substr(0, rest.find("//"));
  const size_t first = rest.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return rest.substr(first, rest.find_last_not_of(kSpace) - first + 1);
}

bool IsAmong(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool BeginsWithOneOf(std::span<const std::string_view> prefixes,
                     std::string_view word) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) {
    return word.starts_with(prefix);
  });
}

bool LeavesX8664(std::string_view word) {
  return IsAmong(kLeavingWords, word) ||
         BeginsWithOneOf(kLeavingPrefixes, word);
}

bool LeavesAarch64(std::string_view word) {
  if (BeginsWithOneOf(kLeavingPrefixesAarch64, word)) return true;
  return word.starts_with("b") && !IsAmong(kComputingAarch64, word);
}

bool Leaves(Architecture architecture, std::string_view original,
            std::string_view operand) {
  const std::string word = Lower(original);
  if (IsDirective(original)) return !IsAmong(kHarmlessDirectives, word);
  if (IsJump(architecture, word)) return !IsLocalLabel(operand);
  return architecture == Architecture::kAarch64 ? LeavesAarch64(word)
                                                : LeavesX8664(word);
}

// Calls `each` with every word and where it ends, until it answers true.
template <class Each>
bool AnyWord(std::string_view assembly, Each each) {
  for (size_t i = 0; i < assembly.size();) {
    size_t end = i;
    while (end < assembly.size() && IsWordCharacter(assembly[end])) ++end;
    if (end > i && each(assembly.substr(i, end - i), end)) return true;
    i = std::max(end, i + 1);
  }
  return false;
}

// Registers for the number and the arguments, by any of their widths: 0 to 6.
int SyscallRegisterAarch64(std::string_view code) {
  constexpr std::string_view kNames[7][2] = {
      {"{x8}", "{w8}"}, {"{x0}", "{w0}"}, {"{x1}", "{w1}"}, {"{x2}", "{w2}"},
      {"{x3}", "{w3}"}, {"{x4}", "{w4}"}, {"{x5}", "{w5}"}};
  for (int i = 0; i < 7; ++i)
    if (IsAmong(kNames[i], code)) return i;
  return -1;
}

int SyscallRegisterX8664(std::string_view code) {
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

int SyscallRegister(Architecture architecture, std::string_view code) {
  return architecture == Architecture::kAarch64 ? SyscallRegisterAarch64(code)
                                                : SyscallRegisterX8664(code);
}

bool IsOnlySyscall(Architecture architecture, std::string_view text) {
  constexpr std::string_view kSpace = " \t\n;";
  constexpr std::string_view kX8664[] = {"syscall"};
  constexpr std::string_view kAarch64[] = {"svc #0", "svc 0",    "svc\t#0",
                                           "svc\t0", "svc #0x0", "svc 0x0"};
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return false;
  const size_t end = text.find_last_not_of(kSpace);
  const std::string_view only = text.substr(begin, end - begin + 1);
  return architecture == Architecture::kAarch64 ? IsAmong(kAarch64, only)
                                                : IsAmong(kX8664, only);
}

}  // namespace

bool MayLeave(Architecture architecture, std::string_view assembly) {
  return AnyWord(assembly, [&](std::string_view word, size_t end) {
    return Leaves(architecture, word, OperandAfter(assembly, end));
  });
}

std::vector<std::string> NamesIn(std::string_view assembly) {
  std::vector<std::string> names;
  AnyWord(assembly, [&](std::string_view word, size_t) {
    if (word[0] < '0' || word[0] > '9') names.emplace_back(word);
    return false;
  });
  return names;
}

std::optional<SyscallOperands> PlainSyscall(Architecture architecture,
                                            const llvm::CallBase& call) {
  const auto* assembly =
      llvm::dyn_cast<llvm::InlineAsm>(call.getCalledOperand());
  if (assembly == nullptr) return std::nullopt;
  const std::string text(llvm::StringRef(assembly->getAsmString()));
  if (!IsOnlySyscall(architecture, text)) return std::nullopt;
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
    const int slot = SyscallRegister(architecture, code);
    if (slot == 0) operands.number = value;
    if (slot > 0) operands.arguments[static_cast<size_t>(slot - 1)] = value;
  }
  return operands;
}

}  // namespace bailey::analyzer
