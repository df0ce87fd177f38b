#include "common/syscalls/syscall_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iterator>

namespace bailey {
namespace {

// AUDIT_ARCH_* of linux/audit.h, which the static agent does not need
// otherwise: EM_X86_64 and EM_AARCH64 with the bits for 64-bit and
// little-endian.
constexpr uint32_t kAuditArchX8664 = 0xC000003E;
constexpr uint32_t kAuditArchAarch64 = 0xC00000B7;

// --- The vocabulary of *_table.inc -------------------------------------------

constexpr size_t kMaxArguments = 6;

struct Signature {
  template <typename... Argument>
  constexpr Signature(Argument... argument)  // NOLINT: `{A, B}` in the table
      : arguments{argument...}, count(sizeof...(Argument)) {}

  SyscallArgument arguments[kMaxArguments];
  size_t count;
  bool is_known = true;
};

constexpr Signature MakeNoSignature() {
  Signature signature;
  signature.is_known = false;
  return signature;
}

constexpr Signature kNoSignature = MakeNoSignature();

struct Record {
  uint32_t number;
  std::string_view name;
  Signature signature;
};

// An argument's names: the manual's, then the kernel's where it differs.
struct Names {
  constexpr Names(std::string_view only) : name(only), alias(only) {}
  constexpr Names(std::string_view first, std::string_view second,
                  std::string_view third = "")
      : name(first), alias(second), other(third) {}

  std::string_view name;
  std::string_view alias;
  std::string_view other;
};

constexpr SyscallArgument MakeArgument(Names names, uint8_t width_bits,
                                       bool is_signed, bool is_pointer) {
  return {names.name, names.alias, names.other,
          width_bits, is_signed,   is_pointer};
}

template <typename... Name>
constexpr SyscallArgument Signed32(Name... names) {
  return MakeArgument(Names(names...), 32, true, false);
}

template <typename... Name>
constexpr SyscallArgument Signed64(Name... names) {
  return MakeArgument(Names(names...), 64, true, false);
}

template <typename... Name>
constexpr SyscallArgument Unsigned16(Name... names) {
  return MakeArgument(Names(names...), 16, false, false);
}

template <typename... Name>
constexpr SyscallArgument Unsigned32(Name... names) {
  return MakeArgument(Names(names...), 32, false, false);
}

template <typename... Name>
constexpr SyscallArgument Unsigned64(Name... names) {
  return MakeArgument(Names(names...), 64, false, false);
}

template <typename... Name>
constexpr SyscallArgument Pointer(Name... names) {
  return MakeArgument(Names(names...), 64, false, true);
}

// --- The tables --------------------------------------------------------------

constexpr Record kX8664Records[] = {
#include "common/syscalls/x86_64_table.inc"
};

constexpr Record kAarch64Records[] = {
#include "common/syscalls/aarch64_table.inc"
};

constexpr Syscall ToSyscall(const Record& record) {
  return {record.number, record.name,
          std::span(record.signature.arguments, record.signature.count),
          record.signature.is_known};
}

// The result points into `records`, which has to be static.
template <size_t kCount>
constexpr auto ToSyscalls(const Record (&records)[kCount]) {
  std::array<Syscall, kCount> syscalls{};
  std::ranges::transform(records, syscalls.begin(), ToSyscall);
  return syscalls;
}

constexpr auto kX8664Syscalls = ToSyscalls(kX8664Records);
constexpr auto kAarch64Syscalls = ToSyscalls(kAarch64Records);

// INVARIANT: FindByNumber searches by halves; the generator sorts, and this
// refuses to compile a table that is not strictly ascending.
constexpr bool Ascends(std::span<const Syscall> syscalls) {
  return std::ranges::adjacent_find(syscalls, std::ranges::greater_equal(),
                                    &Syscall::number) == syscalls.end();
}
static_assert(Ascends(kX8664Syscalls) && Ascends(kAarch64Syscalls));

}  // namespace

const SyscallTable& SyscallTable::For(Architecture architecture) {
  static constexpr SyscallTable kX8664(kAuditArchX8664, kX8664Syscalls);
  static constexpr SyscallTable kAarch64(kAuditArchAarch64, kAarch64Syscalls);
  switch (architecture) {
    case Architecture::kX8664:
      return kX8664;
    case Architecture::kAarch64:
      return kAarch64;
  }
  std::abort();  // INVARIANT: the switch names every enumerator
}

// Linear: some 400 short names, looked up by compilers and not by the agent.
const Syscall* SyscallTable::FindByName(std::string_view name) const {
  auto found = std::ranges::find(syscalls_, name, &Syscall::name);
  return found == syscalls_.end() ? nullptr : &*found;
}

const Syscall* SyscallTable::FindByNumber(uint32_t number) const {
  auto found =
      std::ranges::lower_bound(syscalls_, number, {}, &Syscall::number);
  const bool is_there = found != syscalls_.end() && found->number == number;
  return is_there ? &*found : nullptr;
}

std::optional<int> FindArgument(const Syscall& syscall, std::string_view name) {
  if (name.empty()) return std::nullopt;  // an absent third alias is empty
  for (size_t i = 0; i < syscall.arguments.size(); ++i) {
    const SyscallArgument& argument = syscall.arguments[i];
    if (name == argument.name || name == argument.alias ||
        name == argument.other_alias) {
      return static_cast<int>(i);  // SAFETY: i < kMaxArguments
    }
  }
  return std::nullopt;
}

std::string_view ArchitectureName(Architecture architecture) {
  switch (architecture) {
    case Architecture::kX8664:
      return "x86_64";
    case Architecture::kAarch64:
      return "aarch64";
  }
  std::abort();  // INVARIANT: the switch names every enumerator
}

std::optional<Architecture> ParseArchitecture(std::string_view name) {
  for (const Architecture architecture : kArchitectures) {
    if (name == ArchitectureName(architecture)) return architecture;
  }
  return std::nullopt;
}

}  // namespace bailey
