#include "policy-compiler/infer/value_name.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string_view>

#include "common/syscalls/constants.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

using Names = std::span<const std::string_view>;

// What an argument's values are made of: one of `values` – the first of them
// where none of the others fits, if it is worth 0 – and any of `flags`.
struct ValueFamily {
  std::string_view call;  // "": any
  std::string_view argument;
  Names values;
  Names flags;
  std::string_view mask = "";  // of the bits of `values`
};

constexpr std::string_view kDirectory[] = {"AT_FDCWD"};
constexpr std::string_view kOpenModes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR"};
// Those of several bits before those that are among these.
constexpr std::string_view kOpenFlags[] = {
    "O_TMPFILE",   "O_SYNC",    "O_DSYNC",     "O_CREAT",
    "O_EXCL",      "O_NOCTTY",  "O_TRUNC",     "O_APPEND",
    "O_NONBLOCK",  "O_DIRECT",  "O_DIRECTORY", "O_NOFOLLOW",
    "O_LARGEFILE", "O_NOATIME", "O_CLOEXEC",   "O_PATH"};
constexpr std::string_view kFamilies[] = {
    "AF_UNSPEC",  "AF_UNIX",   "AF_INET",  "AF_INET6",
    "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"};
constexpr std::string_view kTypes[] = {"SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW",
                                       "SOCK_SEQPACKET"};
constexpr std::string_view kTypeFlags[] = {"SOCK_CLOEXEC", "SOCK_NONBLOCK"};
constexpr std::string_view kNoProtection[] = {"PROT_NONE"};
constexpr std::string_view kProtections[] = {"PROT_READ", "PROT_WRITE",
                                             "PROT_EXEC"};
constexpr std::string_view kFileCommands[] = {
    "F_DUPFD", "F_DUPFD_CLOEXEC", "F_GETFD", "F_SETFD", "F_GETFL",
    "F_SETFL", "F_GETLK",         "F_SETLK", "F_SETLKW"};
constexpr std::string_view kRequests[] = {"TCGETS",   "TCSETS",     "TCSETSW",
                                          "TCSETSF",  "TIOCGWINSZ", "TIOCNOTTY",
                                          "FIONREAD", "FIONBIO",    "FIOCLEX"};
constexpr std::string_view kSignals[] = {
    "SIGHUP",  "SIGINT",  "SIGQUIT", "SIGABRT", "SIGKILL",
    "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM",
    "SIGTERM", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP"};
constexpr std::string_view kAdvice[] = {"MADV_NORMAL", "MADV_WILLNEED",
                                        "MADV_DONTNEED", "MADV_FREE",
                                        "MADV_HUGEPAGE"};
constexpr std::string_view kWhence[] = {"SEEK_SET", "SEEK_CUR", "SEEK_END"};

constexpr ValueFamily kValueFamilies[] = {
    {"", "dirfd", kDirectory, {}},
    {"open", "flags", kOpenModes, kOpenFlags, "O_ACCMODE"},
    {"openat", "flags", kOpenModes, kOpenFlags, "O_ACCMODE"},
    {"socket", "domain", kFamilies, {}},
    {"socketpair", "domain", kFamilies, {}},
    {"socket", "type", kTypes, kTypeFlags, "SOCK_TYPE_MASK"},
    {"socketpair", "type", kTypes, kTypeFlags, "SOCK_TYPE_MASK"},
    {"mmap", "prot", kNoProtection, kProtections},
    {"mprotect", "prot", kNoProtection, kProtections},
    {"fcntl", "cmd", kFileCommands, {}},
    {"ioctl", "request", kRequests, {}},
    {"kill", "sig", kSignals, {}},
    {"tkill", "sig", kSignals, {}},
    {"tgkill", "sig", kSignals, {}},
    {"madvise", "advice", kAdvice, {}},
    {"lseek", "whence", kWhence, {}},
};

const ValueFamily* FindFamily(const Syscall& call,
                              const SyscallArgument& argument) {
  for (const ValueFamily& family : kValueFamilies) {
    const bool here = family.call.empty() || family.call == call.name;
    const bool same =
        family.argument == argument.name || family.argument == argument.alias;
    if (here && same) return &family;
  }
  return nullptr;
}

class Namer {
 public:
  Namer(Architecture architecture, uint8_t width_bits)
      : architecture_(architecture), width_bits_(width_bits) {}

  std::string Name(const ValueFamily& family, uint64_t value) const {
    std::string flags;
    const uint64_t rest = Peel(family.flags, value, flags);
    const std::string base = BaseName(family.values, rest);
    // PROT_NONE says nothing beside a flag; O_RDONLY does.
    const bool is_needless =
        !base.empty() && !flags.empty() && family.values.size() == 1;
    if (is_needless) return flags.substr(1);
    return base.empty() ? "" : base + flags;
  }

  std::string BitsName(const ValueFamily& family, uint64_t bits) const {
    std::string names;
    uint64_t rest = bits;
    if (!family.mask.empty()) rest = Peel({&family.mask, 1}, rest, names);
    rest = Peel(family.flags, rest, names);
    return rest != 0 || names.empty() ? "" : names.substr(1);
  }

 private:
  // Adds the names of what is in `value`, and returns what is left of it.
  uint64_t Peel(Names flags, uint64_t value, std::string& names) const {
    for (const std::string_view name : flags) {
      const std::optional<uint64_t> bits = Worth(name);
      if (!bits || *bits == 0 || (value & *bits) != *bits) continue;
      value &= ~*bits;
      names += "|" + std::string(name);
    }
    return value;
  }

  std::string BaseName(Names values, uint64_t value) const {
    for (const std::string_view name : values)
      if (Worth(name) == value) return std::string(name);
    return "";
  }

  std::optional<uint64_t> Worth(std::string_view name) const {
    const std::optional<uint64_t> bits = FindConstant(architecture_, name);
    if (!bits) return std::nullopt;
    return *bits & LowBits(width_bits_);
  }

  const Architecture architecture_;
  const uint8_t width_bits_;
};

}  // namespace

std::string ValueName(Architecture architecture, const Syscall& call,
                      const SyscallArgument& argument, uint64_t value) {
  const ValueFamily* family = FindFamily(call, argument);
  if (family == nullptr) return "";
  return Namer(architecture, argument.width_bits).Name(*family, value);
}

std::string BitsName(Architecture architecture, const Syscall& call,
                     const SyscallArgument& argument, uint64_t bits) {
  const ValueFamily* family = FindFamily(call, argument);
  if (family == nullptr) return "";
  return Namer(architecture, argument.width_bits).BitsName(*family, bits);
}

}  // namespace bailey::policy
