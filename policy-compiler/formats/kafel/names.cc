#include "policy-compiler/formats/kafel/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace bailey::policy {
namespace {

constexpr unsigned MaskOf(Architecture architecture) {
  return 1u << static_cast<unsigned>(architecture);
}
constexpr unsigned kOnX8664 = MaskOf(Architecture::kX8664);
constexpr unsigned kOnAarch64 = MaskOf(Architecture::kAarch64);
constexpr unsigned kOnBoth = kOnX8664 | kOnAarch64;

struct CallName {
  std::string_view kafel;
  std::string_view kernel;
  unsigned architectures;
};

// After the kernel's functions, not its table.
constexpr CallName kCalls[] = {
    {"newfstat", "fstat", kOnBoth},
    {"newlstat", "lstat", kOnX8664},
    {"newstat", "stat", kOnX8664},
    {"newuname", "uname", kOnBoth},
    {"sendfile64", "sendfile", kOnX8664},
    {"sync_file_range2", "sync_file_range", kOnAarch64},
    {"sysctl", "_sysctl", kOnX8664},
    {"umount", "umount2", kOnBoth},
};

// Calls of ours that Kafel's tables lack.
constexpr std::string_view kMissing[] = {"listns", "uprobe"};
constexpr std::string_view kMissingOnAarch64[] = {"io_pgetevents", "pkey_alloc",
                                                  "pkey_free", "pkey_mprotect"};

constexpr std::string_view kKeywords[] = {
    "ALLOW", "DEFAULT", "DENY",    "ERRNO",      "KILL", "KILL_PROCESS",
    "LOG",   "ON",      "POLICY",  "TRACE",      "TRAP", "KILL_THREAD",
    "USE",   "define",  "SYSCALL", "USER_NOTIF",
};

struct ArgumentName {
  std::string_view call;
  std::string_view argument;
  int index;
  int bytes;
};

// Newer calls have Kafel's own idea of their arguments there; the others are
// declared with 64 bits, of which the kernel uses 32.
constexpr ArgumentName kArguments[] = {
    {"clone", "clone_flags", 0, 8},
    {"file_getattr", "pathname", 1, 8},
    {"file_getattr", "fileattr", 2, 8},
    {"file_getattr", "flags", 3, 4},
    {"file_setattr", "pathname", 1, 8},
    {"file_setattr", "fileattr", 2, 8},
    {"file_setattr", "flags", 3, 4},
    {"fsopen", "fs_name", 0, 8},
    {"futex_requeue", "uaddr", 0, 8},
    {"futex_requeue", "nr_wake", 1, 4},
    {"futex_requeue", "nr_requeue", 2, 4},
    {"futex_requeue", "uaddr2", 3, 8},
    {"futex_requeue", "flags", 4, 4},
    {"futex_wait", "val", 1, 4},
    {"futex_wait", "flags", 2, 4},
    {"futex_wait", "timeout", 3, 8},
    {"futex_wake", "nr_wake", 1, 4},
    {"futex_wake", "flags_or_mask", 2, 4},
    {"getrandom", "count", 1, 8},
    {"getxattrat", "name", 2, 8},
    {"getxattrat", "value", 3, 8},
    {"getxattrat", "size", 4, 8},
    {"io_pgetevents", "sig", 5, 8},
    {"listmount", "reqlen", 1, 8},
    {"listmount", "buf", 2, 8},
    {"listmount", "bufsize", 3, 8},
    {"listmount", "flags", 4, 4},
    {"listxattrat", "list", 2, 8},
    {"listxattrat", "size", 3, 8},
    {"lsm_get_self_attr", "size_ptr", 2, 8},
    {"lsm_list_modules", "size_ptr", 1, 8},
    {"lsm_set_self_attr", "size", 2, 8},
    {"mbind", "mode", 2, 8},
    {"mmap", "fd", 4, 8},
    {"mseal", "size", 1, 8},
    {"mseal", "flags", 2, 4},
    {"open_tree_attr", "pathname", 1, 8},
    {"pkey_alloc", "flags", 0, 4},
    {"pkey_alloc", "init_val", 1, 4},
    {"preadv", "fd", 0, 8},
    {"preadv", "vlen", 2, 8},
    {"preadv2", "fd", 0, 8},
    {"preadv2", "vlen", 2, 8},
    {"process_madvise", "vlen", 2, 8},
    {"process_vm_readv", "liovcnt", 2, 8},
    {"process_vm_writev", "liovcnt", 2, 8},
    {"ptrace", "pid", 1, 8},
    {"pwritev", "fd", 0, 8},
    {"pwritev", "vlen", 2, 8},
    {"pwritev2", "fd", 0, 8},
    {"pwritev2", "vlen", 2, 8},
    {"readv", "fd", 0, 8},
    {"readv", "vlen", 2, 8},
    {"removexattrat", "name", 2, 8},
    {"set_mempolicy_home_node", "home_node", 2, 4},
    {"set_mempolicy_home_node", "flags", 3, 4},
    {"setxattrat", "name", 2, 8},
    {"setxattrat", "value", 3, 8},
    {"setxattrat", "size", 4, 8},
    {"setxattrat", "flags", 5, 4},
    {"statmount", "reqlen", 1, 8},
    {"statmount", "smbuf", 2, 8},
    {"statmount", "buflen", 3, 8},
    {"statmount", "flags", 4, 4},
    {"vmsplice", "nr_segs", 2, 8},
    {"writev", "fd", 0, 8},
    {"writev", "vlen", 2, 8},
};

bool IsAmong(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool IsKafelKeyword(std::string_view text) { return IsAmong(kKeywords, text); }

bool IsKafelName(std::string_view text) {
  return !text.empty() && IsLetter(text.front()) && !IsKafelKeyword(text) &&
         std::ranges::all_of(text, [](char c) {
           return IsLetter(c) || c == '_' || (c >= '0' && c <= '9');
         });
}

std::string KafelCallText(Architecture architecture, const Syscall& call) {
  const bool missing =
      IsAmong(kMissing, call.name) || (architecture == Architecture::kAarch64 &&
                                       IsAmong(kMissingOnAarch64, call.name));
  if (missing) return fmt::format("SYSCALL[{}]", call.number);
  for (const CallName& other : kCalls)
    if (other.kernel == call.name &&
        (other.architectures & MaskOf(architecture)) != 0)
      return std::string(other.kafel);
  return std::string(call.name);
}

const Syscall* FindKafelCall(const SyscallTable& table, std::string_view name) {
  if (const Syscall* const call = table.FindByName(name)) return call;
  const auto* const found = std::ranges::find(kCalls, name, &CallName::kafel);
  return found == std::end(kCalls) ? nullptr : table.FindByName(found->kernel);
}

std::optional<KafelArgument> FindKafelArgument(std::string_view name,
                                               const Syscall& call,
                                               std::string_view argument) {
  for (const ArgumentName& own : kArguments)
    if (own.call == name && own.argument == argument)
      return KafelArgument{own.index, own.bytes};
  const std::optional<int> index = FindArgument(call, argument);
  if (!index) return std::nullopt;
  const SyscallArgument& found = call.arguments[static_cast<size_t>(*index)];
  return KafelArgument{*index, found.width_bits == 64 ? 8 : 4};
}

}  // namespace bailey::policy
