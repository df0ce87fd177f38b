#include "common/syscalls/argument_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "common/syscalls/constants.h"

namespace bailey {
namespace {

enum class Style {
  kOne,    // one name is the value
  kFlags,  // names of single bits
  // One name in the bits of `mask`, names of single bits above.
  kOneAndFlags
};

struct Naming {
  std::string_view call;  // empty: any
  std::string_view argument;
  std::string_view prefix;
  Style style = Style::kOne;
  uint64_t mask = 0;
};

// More exact ones first. The names of prctl's options and ioctl's requests are
// too many under one prefix to be told apart by value.
constexpr std::array<Naming, 26> kNamings{{
    {"socket", "type", "SOCK_", Style::kOneAndFlags, 0xf},
    {"socketpair", "type", "SOCK_", Style::kOneAndFlags, 0xf},
    {"open", "flags", "O_", Style::kOneAndFlags, 3},
    {"openat", "flags", "O_", Style::kOneAndFlags, 3},
    {"pipe2", "flags", "O_", Style::kFlags, 0},
    {"dup3", "flags", "O_", Style::kFlags, 0},
    {"mmap", "flags", "MAP_", Style::kOneAndFlags, 0xf},
    {"clone", "flags", "CLONE_", Style::kFlags, 0},
    {"unshare", "flags", "CLONE_", Style::kFlags, 0},
    {"newfstatat", "flags", "AT_", Style::kFlags, 0},
    {"unlinkat", "flags", "AT_", Style::kFlags, 0},
    {"getrandom", "flags", "GRND_", Style::kFlags, 0},
    {"memfd_create", "flags", "MFD_", Style::kFlags, 0},
    {"accept4", "flags", "SOCK_", Style::kFlags, 0},
    {"fcntl", "cmd", "F_"},
    {"lseek", "whence", "SEEK_"},
    {"madvise", "advice", "MADV_"},
    {"epoll_ctl", "op", "EPOLL_CTL_"},
    {"futex", "futex_op", "FUTEX_", Style::kOneAndFlags, 0x7f},
    {"", "domain", "AF_"},
    {"", "prot", "PROT_", Style::kFlags, 0},
    {"", "clockid", "CLOCK_"},
    {"", "resource", "RLIMIT_"},
    {"", "level", "SOL_"},
    {"", "dirfd", "AT_FDCWD"},
    {"", "sig", "SIG"},
}};

constexpr std::array<std::string_view, 19> kTelling{
    "domain",   "type", "protocol", "flags",  "prot",     "cmd",   "option",
    "request",  "how",  "resource", "advice", "clockid",  "level", "optname",
    "futex_op", "sig",  "op",       "code",   "operation"};

// Of several names of one value, or for other uses of one prefix (lockf's,
// flock's), or of no flag at all: never these.
constexpr std::array<std::string_view, 25> kSecondNames{
    "AF_FILE",
    "AF_LOCAL",
    "AF_ROUTE",
    "AT_EACCESS",
    "F_EXLCK",
    "F_LOCK",
    "F_OK",
    "F_RDLCK",
    "F_SHLCK",
    "F_TEST",
    "F_TLOCK",
    "F_ULOCK",
    "F_UNLCK",
    "F_WRLCK",
    "MAP_ANON",
    "O_FSYNC",
    "O_NDELAY",
    "SIGCLD",
    "RLIMIT_OFILE",
    "SIGIOT",
    "SIGPOLL",
    "SIGUNUSED",
    "AT_STATX_SYNC_AS_STAT",
    "MAP_FILE",
    "SOCK_TXREHASH_DISABLED"};

const Naming* FindNaming(const Syscall& call, std::string_view argument) {
  const auto found = std::ranges::find_if(kNamings, [&](const Naming& naming) {
    return naming.argument == argument &&
           (naming.call.empty() || naming.call == call.name);
  });
  return found == kNamings.end() ? nullptr : &*found;
}

bool IsSignalName(std::string_view name) {
  return name.size() > 3 && name[3] != '_' && name[3] >= 'A' &&
         name[3] <= 'Z' && name != "SIGSTKSZ";
}

// The shortest constant of that value, the first by name of several; empty:
// none.
std::string_view NameOf(const Naming& naming, uint64_t value) {
  std::string_view best;
  for (const NamedConstant& constant : AllConstants(Architecture::kX8664)) {
    if (constant.value != value || !constant.name.starts_with(naming.prefix))
      continue;
    if (naming.prefix == "SIG" && !IsSignalName(constant.name)) continue;
    if (std::ranges::find(kSecondNames, constant.name) != kSecondNames.end())
      continue;
    if (best.empty() || constant.name.size() < best.size())
      best = constant.name;
  }
  return best;
}

std::string Number(uint64_t value, int base) {
  std::array<char, 24> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, base)
          .ptr;
  return (base == 16 ? "0x" : "") + std::string(digits.data(), end);
}

// As the argument's type has it: -100, not 4294967196.
std::string NumberText(const SyscallArgument& argument, uint64_t value) {
  if (argument.is_pointer) return value == 0 ? "NULL" : Number(value, 16);
  const int width = argument.width_bits;
  const bool negative = argument.is_signed && (value >> (width - 1)) != 0;
  if (negative) {
    const uint64_t magnitude = ReadBits(argument, ~value + 1);
    return "-" + Number(magnitude, 10);
  }
  return value < 4096 ? Number(value, 10) : Number(value, 16);
}

void Join(std::string& text, std::string_view part) {
  if (!text.empty()) text += " | ";
  text += part;
}

// Nothing where no bit has a name.
std::optional<std::string> FlagsText(const Naming& naming, uint64_t value) {
  std::string text;
  uint64_t low = 0;
  if (naming.style == Style::kOneAndFlags) {
    low = value & naming.mask;
    const std::string_view name = NameOf(naming, low);
    if (name.empty() && low != 0) return std::nullopt;
    if (!name.empty()) text = name;
  }
  uint64_t rest = value & ~low;
  for (uint64_t bit = 1; bit != 0 && bit <= rest; bit <<= 1) {
    if ((rest & bit) == 0) continue;
    const std::string_view name = NameOf(naming, bit);
    if (name.empty()) continue;
    Join(text, name);
    rest &= ~bit;
  }
  if (text.empty()) return std::nullopt;
  if (rest != 0) Join(text, Number(rest, 16));
  return text;
}

}  // namespace

bool IsTelling(const Syscall& call, size_t argument) {
  if (argument >= call.arguments.size()) return false;
  const SyscallArgument& what = call.arguments[argument];
  return !what.is_pointer &&
         std::ranges::find(kTelling, what.name) != kTelling.end();
}

uint64_t ReadBits(const SyscallArgument& argument, uint64_t value) {
  if (argument.width_bits >= 64) return value;
  return value & ((uint64_t{1} << argument.width_bits) - 1);
}

std::string ArgumentValueText(const Syscall& call, size_t argument,
                              uint64_t value) {
  const SyscallArgument& what = call.arguments[argument];
  const uint64_t read = ReadBits(what, value);
  const Naming* naming = FindNaming(call, what.name);
  if (naming == nullptr) return NumberText(what, read);
  if (naming->style == Style::kOne || read == 0) {
    // Constants are sign-extended; AT_FDCWD is the only negative one here.
    const uint64_t wide = naming->argument == "dirfd" && (read >> 31) != 0
                              ? read | ~uint64_t{0xffffffff}
                              : read;
    const std::string_view name = NameOf(*naming, wide);
    return name.empty() ? NumberText(what, read) : std::string(name);
  }
  return FlagsText(*naming, read).value_or(NumberText(what, read));
}

}  // namespace bailey
