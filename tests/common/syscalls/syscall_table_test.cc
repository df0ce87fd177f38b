#include "common/syscalls/syscall_table.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace bailey {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const SyscallTable& Table() { return SyscallTable::For(Architecture::kX8664); }

const Syscall& Named(std::string_view name) {
  const Syscall* found = Table().FindByName(name);
  if (found == nullptr) ADD_FAILURE() << "no call `" << name << "`";
  static constexpr Syscall kNothing{};
  return found ? *found : kNothing;
}

// "s32 u64 ptr": what the kernel reads of each argument.
std::string Kind(const SyscallArgument& argument) {
  if (argument.is_pointer) return "ptr";
  return (argument.is_signed ? "s" : "u") + std::to_string(argument.width_bits);
}

std::vector<std::string> Kinds(std::string_view name) {
  std::vector<std::string> kinds;
  for (const SyscallArgument& argument : Named(name).arguments) {
    kinds.push_back(Kind(argument));
  }
  return kinds;
}

std::vector<std::string_view> Names(std::string_view call) {
  std::vector<std::string_view> names;
  for (const SyscallArgument& argument : Named(call).arguments) {
    names.push_back(argument.name);
  }
  return names;
}

TEST(SyscallTableTest, NumbersAreThoseOfTheMachinesHeaders) {
  const std::vector<std::pair<std::string_view, uint32_t>> expected = {
      {"read", SYS_read},
      {"write", SYS_write},
      {"mmap", SYS_mmap},
      {"rt_sigreturn", SYS_rt_sigreturn},
      {"socket", SYS_socket},
      {"clone", SYS_clone},
      {"ptrace", SYS_ptrace},
      {"arch_prctl", SYS_arch_prctl},
      {"_sysctl", SYS__sysctl},
      {"create_module", SYS_create_module},
      {"set_thread_area", SYS_set_thread_area},
      {"openat", SYS_openat},
      {"newfstatat", SYS_newfstatat},
      {"seccomp", SYS_seccomp},
      {"rseq", SYS_rseq},
      {"pidfd_send_signal", SYS_pidfd_send_signal},
      {"clone3", SYS_clone3},
      {"landlock_restrict_self", SYS_landlock_restrict_self}};
  for (const auto& [name, number] : expected) {
    EXPECT_EQ(Named(name).number, number) << name;
  }
}

// From the supplement and from kernels that Debian 12's headers predate; the
// numbers are those of mainline's syscall_64.tbl.
TEST(SyscallTableTest, KnowsCallsThatTheMachinesHeadersMayNot) {
  EXPECT_EQ(Named("mseal").number, 462u);
  EXPECT_EQ(Named("setxattrat").number, 463u);
  EXPECT_EQ(Named("open_tree_attr").number, 467u);
  EXPECT_EQ(Named("file_setattr").number, 469u);
  EXPECT_EQ(Named("uprobe").number, 336u);
}

// Each as the kernel's SYSCALL_DEFINEn has it.
TEST(SyscallTableTest, WidthsAndSignsAreTheKernels) {
  EXPECT_THAT(Kinds("openat"), ElementsAre("s32", "ptr", "s32", "u16"));
  EXPECT_THAT(Kinds("socket"), ElementsAre("s32", "s32", "s32"));
  EXPECT_THAT(Kinds("mmap"),
              ElementsAre("u64", "u64", "u64", "u64", "u32", "u64"));
  EXPECT_THAT(Kinds("clone"), ElementsAre("u32", "u64", "ptr", "ptr", "u64"));
  EXPECT_THAT(Kinds("ioctl"), ElementsAre("u32", "u32", "u64"));
  EXPECT_THAT(Kinds("lseek"), ElementsAre("u32", "s64", "u32"));
  EXPECT_THAT(Kinds("ptrace"), ElementsAre("s64", "s32", "u64", "u64"));
  EXPECT_THAT(Kinds("setuid"), ElementsAre("u32"));
  EXPECT_THAT(Kinds("kill"), ElementsAre("s32", "s32"));
  EXPECT_THAT(Kinds("mknodat"), ElementsAre("s32", "ptr", "u16", "u32"));
  EXPECT_THAT(Kinds("capset"), ElementsAre("ptr", "ptr"));
  EXPECT_THAT(Kinds("io_submit"), ElementsAre("u64", "s64", "ptr"));
  EXPECT_THAT(Kinds("mq_open"), ElementsAre("ptr", "s32", "u16", "ptr"));
  EXPECT_THAT(Kinds("timer_delete"), ElementsAre("s32"));
  EXPECT_THAT(Kinds("keyctl"), ElementsAre("s32", "u64", "u64", "u64", "u64"));
  EXPECT_THAT(Kinds("landlock_add_rule"),
              ElementsAre("s32", "u32", "ptr", "u32"));
}

// The running kernel does not see the bits that read_bits of supplement.json
// takes away: the calls do their work although these are set.
TEST(SyscallTableTest, TheKernelDropsTheBitsThatTheTableDrops) {
  constexpr uint64_t kHigh = uint64_t{1} << 32;
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
  ASSERT_GE(null, 0);
  ASSERT_GE(zero, 0);
  char bytes[4] = {};
  iovec vector = {bytes, sizeof bytes};
  const uint64_t to = kHigh | static_cast<uint64_t>(null);
  const uint64_t from = kHigh | static_cast<uint64_t>(zero);
  for (const long call : {SYS_writev, SYS_pwritev, SYS_pwritev2})
    EXPECT_EQ(syscall(call, to, &vector, kHigh | 1, 0, 0, 0), 4) << call;
  for (const long call : {SYS_readv, SYS_preadv, SYS_preadv2})
    EXPECT_EQ(syscall(call, from, &vector, kHigh | 1, 0, 0, 0), 4) << call;
  const long mapped =
      syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, from, 0);
  EXPECT_NE(mapped, -1);
  // SAFETY: what mmap just returned is an address of this length, or was
  // reported above.
  if (mapped != -1) munmap(reinterpret_cast<void*>(mapped), 4096);
  const long child = syscall(SYS_clone, kHigh | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(7);
  ASSERT_GT(child, 0);
  int status = 0;
  EXPECT_EQ(waitpid(static_cast<pid_t>(child), &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  close(null);
  close(zero);
}

TEST(SyscallTableTest, NamesAreTheManuals) {
  EXPECT_THAT(Names("openat"),
              ElementsAre("dirfd", "pathname", "flags", "mode"));
  EXPECT_THAT(Names("socket"), ElementsAre("domain", "type", "protocol"));
  EXPECT_THAT(Names("fcntl"), ElementsAre("fd", "cmd", "arg"));
  EXPECT_THAT(Names("mremap"), ElementsAre("old_address", "old_size",
                                           "new_size", "flags", "new_address"));
  EXPECT_THAT(Names("pselect6"),
              ElementsAre("nfds", "readfds", "writefds", "exceptfds", "timeout",
                          "sigmask"));
}

// The wrappers that the manual shows take other arguments than the kernel.
TEST(SyscallTableTest, WrappersDoNotNameTheKernelsArguments) {
  EXPECT_THAT(Names("clone"),
              ElementsAre("flags", "stack", "parent_tid", "child_tid", "tls"));
  EXPECT_THAT(Names("signalfd"), ElementsAre("fd", "mask", "sizemask"));
  EXPECT_THAT(Names("signalfd4"),
              ElementsAre("fd", "mask", "sizemask", "flags"));
}

TEST(SyscallTableTest, AcceptsTheKernelsNamesAsAliases) {
  EXPECT_EQ(FindArgument(Named("socket"), "domain"), 0);
  EXPECT_EQ(FindArgument(Named("socket"), "family"), 0);
  EXPECT_EQ(FindArgument(Named("openat"), "dfd"), 0);
  EXPECT_EQ(FindArgument(Named("openat"), "filename"), 1);
  EXPECT_EQ(FindArgument(Named("clone"), "clone_flags"), 0);
  EXPECT_EQ(FindArgument(Named("ioctl"), "request"), 1);
  EXPECT_EQ(FindArgument(Named("ioctl"), "cmd"), 1);
  EXPECT_EQ(FindArgument(Named("ioctl"), "op"), 1);  // newer pages' name
}

TEST(SyscallTableTest, RefusesUnknownArguments) {
  EXPECT_EQ(FindArgument(Named("socket"), "flags"), std::nullopt);
  EXPECT_EQ(FindArgument(Named("socket"), ""), std::nullopt);
  EXPECT_EQ(FindArgument(Named("getpid"), "pid"), std::nullopt);
}

TEST(SyscallTableTest, EveryNameOfACallMeansOneArgument) {
  for (const Syscall& call : Table().all()) {
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      const SyscallArgument& argument = call.arguments[i];
      const int index = static_cast<int>(i);
      EXPECT_FALSE(argument.name.empty()) << call.name;
      EXPECT_EQ(FindArgument(call, argument.name), index) << call.name;
      EXPECT_EQ(FindArgument(call, argument.alias), index) << call.name;
      if (argument.other_alias.empty()) continue;
      EXPECT_EQ(FindArgument(call, argument.other_alias), index) << call.name;
    }
  }
}

TEST(SyscallTableTest, AscendsWithoutDuplicatesOutsideX32) {
  std::set<std::string_view> names;
  uint32_t next = 0;
  for (const Syscall& call : Table().all()) {
    EXPECT_GE(call.number, next) << call.name;
    EXPECT_TRUE(names.insert(call.name).second) << call.name;
    EXPECT_FALSE(call.number >= 512 && call.number <= 547) << call.name;
    next = call.number + 1;
  }
  EXPECT_GT(names.size(), 370u);
}

TEST(SyscallTableTest, FindsEachCallByNameAndNumber) {
  for (const Syscall& call : Table().all()) {
    EXPECT_EQ(Table().FindByName(call.name), &call);
    EXPECT_EQ(Table().FindByNumber(call.number), &call);
  }
}

TEST(SyscallTableTest, UnknownCallsAreNotFound) {
  EXPECT_EQ(Table().FindByName("opennat"), nullptr);
  EXPECT_EQ(Table().FindByName(""), nullptr);
  EXPECT_EQ(Table().FindByNumber(337), nullptr);         // a gap
  EXPECT_EQ(Table().FindByNumber(423), nullptr);         // its end
  EXPECT_EQ(Table().FindByNumber(0x40000000), nullptr);  // x32's read
  EXPECT_EQ(Table().FindByNumber(0xffffffff), nullptr);
}

TEST(SyscallTableTest, KeepsNumbersWithoutACall) {
  for (std::string_view name :
       {"uselib", "_sysctl", "create_module", "vserver", "set_thread_area"}) {
    EXPECT_FALSE(Named(name).has_signature) << name;
    EXPECT_THAT(Named(name).arguments, IsEmpty()) << name;
  }
  EXPECT_TRUE(Named("getpid").has_signature);
  EXPECT_THAT(Named("getpid").arguments, IsEmpty());
}

TEST(SyscallTableTest, PointersAreUnsignedAnd64BitsWide) {
  for (const Syscall& call : Table().all()) {
    for (const SyscallArgument& argument : call.arguments) {
      const uint8_t width = argument.width_bits;
      EXPECT_TRUE(width == 16 || width == 32 || width == 64) << call.name;
      if (!argument.is_pointer) continue;
      EXPECT_EQ(width, 64) << call.name;
      EXPECT_FALSE(argument.is_signed) << call.name;
    }
  }
}

TEST(SyscallTableTest, NamesItsArchitecture) {
  EXPECT_EQ(Table().audit_arch(), uint32_t{AUDIT_ARCH_X86_64});
  EXPECT_EQ(ArchitectureName(Architecture::kX8664), "x86_64");
  EXPECT_EQ(ParseArchitecture("x86_64"), Architecture::kX8664);
  EXPECT_EQ(ParseArchitecture("x86-64"), std::nullopt);
  EXPECT_EQ(ParseArchitecture("arm64"), std::nullopt);
}

// --- aarch64 -----------------------------------------------------------------

const SyscallTable& Arm() { return SyscallTable::For(Architecture::kAarch64); }

TEST(Aarch64TableTest, NamesItsArchitecture) {
  EXPECT_EQ(Arm().audit_arch(), uint32_t{AUDIT_ARCH_AARCH64});
  EXPECT_EQ(ArchitectureName(Architecture::kAarch64), "aarch64");
  EXPECT_EQ(ParseArchitecture("aarch64"), Architecture::kAarch64);
}

// `#define __NR_NAME NUMBER` of the header that aarch64 shares with others.
std::vector<std::pair<std::string, uint32_t>> GenericNumbers() {
  std::ifstream header("/usr/include/asm-generic/unistd.h");
  const std::regex line(R"(#define __NR(?:3264)?_(\w+) (\d+)\s*)");
  std::vector<std::pair<std::string, uint32_t>> numbers;
  std::smatch match;
  for (std::string text; std::getline(header, text);) {
    if (!std::regex_match(text, match, line)) continue;
    numbers.emplace_back(match[1], std::stoul(match[2]));
  }
  return numbers;
}

// 403 to 423 are for 32 bits; a few names stand for another there, or for none.
TEST(Aarch64TableTest, NumbersAreThoseOfTheGenericHeader) {
  const std::set<std::string> others = {"arch_specific_syscall",
                                        "syscalls",
                                        "sync_file_range2",
                                        "fstatat",
                                        "umount",
                                        "statfs",
                                        "fstatfs",
                                        "nfsservctl"};
  size_t compared = 0;
  for (const auto& [name, number] : GenericNumbers()) {
    if (others.contains(name) || (number >= 403 && number <= 423)) continue;
    const Syscall* call = Arm().FindByNumber(number);
    ASSERT_NE(call, nullptr) << name;
    EXPECT_EQ(call->name, name);
    ++compared;
  }
  EXPECT_GT(compared, 250u);
}

TEST(Aarch64TableTest, LacksTheOlderOfTwoCallsThatDoTheSame) {
  for (const char* name :
       {"open",       "creat",  "stat",   "lstat", "access",       "fork",
        "vfork",      "rename", "unlink", "mkdir", "rmdir",        "pipe",
        "dup2",       "poll",   "select", "time",  "epoll_create", "epoll_wait",
        "arch_prctl", "iopl",   "uprobe"}) {
    EXPECT_EQ(Arm().FindByName(name), nullptr) << name;
  }
  for (const char* name :
       {"openat", "newfstatat", "clone", "clone3", "renameat", "getrlimit",
        "memfd_secret", "mseal", "listns"}) {
    EXPECT_NE(Arm().FindByName(name), nullptr) << name;
  }
}

// CONFIG_CLONE_BACKWARDS: tls before child_tid.
TEST(Aarch64TableTest, ClonesArgumentsStandInItsOwnOrder) {
  const Syscall* clone = Arm().FindByName("clone");
  ASSERT_NE(clone, nullptr);
  std::vector<std::string_view> names;
  for (const SyscallArgument& argument : clone->arguments) {
    names.push_back(argument.name);
  }
  EXPECT_THAT(names,
              ElementsAre("flags", "stack", "parent_tid", "tls", "child_tid"));
  EXPECT_EQ(clone->arguments[0].width_bits, 32);
  EXPECT_THAT(Names("clone"),
              ElementsAre("flags", "stack", "parent_tid", "child_tid", "tls"));
}

// Calls of one name take the same on both, but for clone.
TEST(Aarch64TableTest, SharedCallsTakeTheSame) {
  size_t shared = 0;
  for (const Syscall& call : Arm().all()) {
    const Syscall* other = Table().FindByName(call.name);
    if (other == nullptr || call.name == "clone") continue;
    if (!call.has_signature || !other->has_signature) continue;
    // A 32-bit length on x86_64 alone, from before there were larger files.
    if (call.name == "fadvise64") continue;
    ++shared;
    ASSERT_EQ(call.arguments.size(), other->arguments.size()) << call.name;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      EXPECT_EQ(Kind(call.arguments[i]), Kind(other->arguments[i]))
          << call.name;
      EXPECT_EQ(call.arguments[i].name, other->arguments[i].name) << call.name;
    }
  }
  EXPECT_GT(shared, 280u);
}

}  // namespace
}  // namespace bailey
