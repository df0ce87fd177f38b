// Inline assembly: whether it may enter the kernel or call, and what a plain
// `syscall` (x86_64) or `svc #0` (aarch64) is given. Internal to ir/.

#ifndef BAILEY_ANALYZER_IR_ASSEMBLY_H_
#define BAILEY_ANALYZER_IR_ASSEMBLY_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/syscalls/syscall_table.h"

namespace llvm {
class CallBase;
class Value;
}  // namespace llvm

namespace bailey::analyzer {

// False only when no word of the text can transfer control out of it: other
// instructions compute, and are the program's own business.
bool MayLeave(Architecture architecture, std::string_view assembly);

// The words of the text that may name a symbol.
std::vector<std::string> NamesIn(std::string_view assembly);

// The operands of an assembly that is one `syscall` or `svc #0` and nothing
// else.
struct SyscallOperands {
  const llvm::Value* number = nullptr;  // null: not an operand
  std::array<const llvm::Value*, 6> arguments{};
};
std::optional<SyscallOperands> PlainSyscall(Architecture architecture,
                                            const llvm::CallBase& call);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_ASSEMBLY_H_
