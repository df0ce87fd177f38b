// The system calls of an architecture: numbers, argument names, and what the
// kernel reads of each argument.
//
//   const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
//   if (const Syscall* call = table.FindByName("socket")) {
//     std::optional<int> index = FindArgument(*call, "family");  // 0
//     uint8_t width_bits = call->arguments[*index].width_bits;   // 32
//   }
//
// The table is generated (scripts/generate-syscall-table) from Debian's newest
// kernel source, the manual pages and common/syscalls/supplement.json; the
// versions stand at the top of each *_table.inc. It is constant data: nothing
// runs before main, and everything here may be used from any thread. All views
// point into static storage.

#ifndef BAILEY_COMMON_SYSCALLS_SYSCALL_TABLE_H_
#define BAILEY_COMMON_SYSCALLS_SYSCALL_TABLE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bailey {

enum class Architecture { kX8664, kAarch64 };

// All of them.
inline constexpr Architecture kArchitectures[] = {Architecture::kX8664,
                                                  Architecture::kAarch64};

// One argument, as its SYSCALL_DEFINEn declares it. The kernel's entry code
// casts the 64-bit register to that type, so `width_bits` is all that the call
// can see. Where the call always uses less than that (clone declares an
// unsigned long for its flags and uses the low half) it is what is used:
// `read_bits` of supplement.json, each with the reason.
struct SyscallArgument {
  std::string_view name;   // the manual page's, else the kernel's
  std::string_view alias;  // the kernel's; equals `name` if it is no other
  std::string_view other_alias;  // a third accepted name, or empty
  uint8_t width_bits;            // 16, 32 or 64
  bool is_signed;                // false for pointers
  bool is_pointer;  // the value lies in memory, where no filter can see it
};

// One system call. The kernel has numbers without a call behind them, because
// it was removed or never was on this architecture: `has_signature` is false
// there and `arguments` empty. (An older kernel may still have such a call.)
struct Syscall {
  uint32_t number;
  std::string_view name;
  std::span<const SyscallArgument> arguments;
  bool has_signature;
};

class SyscallTable {
 public:
  static const SyscallTable& For(Architecture architecture);

  // The architecture word that a filter sees in seccomp_data.arch.
  uint32_t audit_arch() const { return audit_arch_; }

  // nullptr: no call has that name (names are those of the kernel's table,
  // such as newfstatat), or that number.
  const Syscall* FindByName(std::string_view name) const;
  const Syscall* FindByNumber(uint32_t number) const;

  // Ascending by number, with gaps.
  std::span<const Syscall> all() const { return syscalls_; }

 private:
  constexpr SyscallTable(uint32_t audit_arch, std::span<const Syscall> syscalls)
      : audit_arch_(audit_arch), syscalls_(syscalls) {}

  uint32_t audit_arch_;
  std::span<const Syscall> syscalls_;
};

// The index of the argument that has `name` as its name or an alias. Within a
// call no two arguments share one.
std::optional<int> FindArgument(const Syscall& syscall, std::string_view name);

// "x86_64", "aarch64": the words that policies and documents use.
std::string_view ArchitectureName(Architecture architecture);
std::optional<Architecture> ParseArchitecture(std::string_view name);

}  // namespace bailey

#endif  // BAILEY_COMMON_SYSCALLS_SYSCALL_TABLE_H_
