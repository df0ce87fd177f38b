#include "common/syscalls/constants.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

namespace bailey {
namespace {

constexpr Architecture kX8664 = Architecture::kX8664;
constexpr Architecture kAarch64 = Architecture::kAarch64;

// SAFETY: the cast is the conversion that NamedConstant documents: negative
// values are sign-extended.
#define EXPECT_CONSTANT(name)            \
  EXPECT_EQ(FindConstant(kX8664, #name), \
            std::optional(static_cast<uint64_t>(name)))

TEST(ConstantsTest, FilesAreThoseOfTheHeaders) {
  EXPECT_CONSTANT(O_RDONLY);
  EXPECT_CONSTANT(O_WRONLY);
  EXPECT_CONSTANT(O_CREAT);
  EXPECT_CONSTANT(O_CLOEXEC);
  EXPECT_CONSTANT(O_TMPFILE);
  EXPECT_CONSTANT(O_PATH);
  EXPECT_CONSTANT(O_ACCMODE);
  EXPECT_CONSTANT(AT_FDCWD);
  EXPECT_CONSTANT(AT_EMPTY_PATH);
  EXPECT_CONSTANT(F_DUPFD_CLOEXEC);
  EXPECT_CONSTANT(F_SETLKW);
  EXPECT_CONSTANT(FD_CLOEXEC);
  EXPECT_CONSTANT(S_IFMT);
  EXPECT_CONSTANT(S_ISUID);
  EXPECT_CONSTANT(SEEK_END);
  EXPECT_CONSTANT(RENAME_NOREPLACE);
  EXPECT_CONSTANT(IN_CLOSE_WRITE);
  EXPECT_CONSTANT(MS_NOSUID);
  EXPECT_CONSTANT(MNT_DETACH);
  EXPECT_CONSTANT(TIOCSTI);
  EXPECT_CONSTANT(TCGETS);
  EXPECT_CONSTANT(FIONREAD);
}

TEST(ConstantsTest, SocketsAreThoseOfTheHeaders) {
  EXPECT_CONSTANT(AF_UNIX);
  EXPECT_CONSTANT(AF_INET6);
  EXPECT_CONSTANT(AF_PACKET);
  EXPECT_CONSTANT(PF_NETLINK);
  EXPECT_CONSTANT(SOCK_STREAM);
  EXPECT_CONSTANT(SOCK_RAW);
  EXPECT_CONSTANT(SOCK_CLOEXEC);
  EXPECT_CONSTANT(IPPROTO_TCP);
  EXPECT_CONSTANT(MSG_NOSIGNAL);
  EXPECT_CONSTANT(SOL_SOCKET);
  EXPECT_CONSTANT(SO_REUSEADDR);
  EXPECT_CONSTANT(TCP_NODELAY);
  EXPECT_CONSTANT(SHUT_RDWR);
}

TEST(ConstantsTest, ProcessesAndMemoryAreThoseOfTheHeaders) {
  EXPECT_CONSTANT(PROT_EXEC);
  EXPECT_CONSTANT(MAP_ANONYMOUS);
  EXPECT_CONSTANT(MAP_FIXED_NOREPLACE);
  EXPECT_CONSTANT(MADV_DONTNEED);
  EXPECT_CONSTANT(MREMAP_MAYMOVE);
  EXPECT_CONSTANT(MFD_ALLOW_SEALING);
  EXPECT_CONSTANT(CLONE_NEWUSER);
  EXPECT_CONSTANT(CLONE_THREAD);
  EXPECT_CONSTANT(CLONE_IO);
  EXPECT_CONSTANT(CSIGNAL);
  EXPECT_CONSTANT(SIG_SETMASK);
  EXPECT_CONSTANT(SIGKILL);
  EXPECT_CONSTANT(SIGUSR1);
  EXPECT_CONSTANT(WNOHANG);
  EXPECT_CONSTANT(P_PIDFD);
  EXPECT_CONSTANT(RLIMIT_NOFILE);
  EXPECT_CONSTANT(CLOCK_MONOTONIC);
  EXPECT_CONSTANT(PR_SET_NO_NEW_PRIVS);
  EXPECT_CONSTANT(PTRACE_TRACEME);
  EXPECT_CONSTANT(PTRACE_SEIZE);
  EXPECT_CONSTANT(FUTEX_WAIT);
  EXPECT_CONSTANT(FUTEX_PRIVATE_FLAG);
  EXPECT_CONSTANT(EPOLL_CTL_ADD);
  EXPECT_CONSTANT(EPOLLET);
  EXPECT_CONSTANT(POLLIN);
  EXPECT_CONSTANT(EFD_SEMAPHORE);
  EXPECT_CONSTANT(TFD_CLOEXEC);
  EXPECT_CONSTANT(GRND_NONBLOCK);
}

TEST(ConstantsTest, KernelsOwnAreThoseOfTheHeaders) {
  EXPECT_CONSTANT(KEYCTL_READ);
  EXPECT_CONSTANT(SECCOMP_SET_MODE_FILTER);
  EXPECT_CONSTANT(SECCOMP_RET_KILL_PROCESS);
  EXPECT_CONSTANT(LANDLOCK_ACCESS_FS_REFER);
  EXPECT_CONSTANT(AUDIT_ARCH_X86_64);
  EXPECT_CONSTANT(UFFD_USER_MODE_ONLY);
  EXPECT_CONSTANT(UFFDIO_API);
  EXPECT_CONSTANT(SECCOMP_IOCTL_NOTIF_RECV);
}

TEST(ConstantsTest, KnowsWhatTheMachinesHeadersMayNot) {
  EXPECT_EQ(FindConstant(kX8664, "SOCK_TYPE_MASK"), 0xfu);
  EXPECT_EQ(FindConstant(kX8664, "LANDLOCK_ACCESS_NET_CONNECT_TCP"), 2u);
  EXPECT_EQ(FindConstant(kX8664, "LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF"),
            4u);
  EXPECT_EQ(FindConstant(kX8664, "MAP_DROPPABLE"), 8u);
}

// glibc's is 0 on x86_64, where the kernel sets the flag by itself.
TEST(ConstantsTest, TheKernelsValueWins) {
  EXPECT_EQ(FindConstant(kX8664, "O_LARGEFILE"), 0100000u);
}

TEST(ConstantsTest, NegativeOnesAreSignExtended) {
  EXPECT_EQ(FindConstant(kX8664, "AT_FDCWD"), 0xffffffffffffff9cull);
}

TEST(ConstantsTest, UnknownNamesAreNotFound) {
  EXPECT_EQ(FindConstant(kX8664, ""), std::nullopt);
  EXPECT_EQ(FindConstant(kX8664, "O_CLOEXECC"), std::nullopt);
  EXPECT_EQ(FindConstant(kX8664, "o_cloexec"), std::nullopt);
  EXPECT_EQ(FindConstant(kX8664, "~"), std::nullopt);
}

TEST(ConstantsTest, EachIsFoundByItsName) {
  for (const Architecture architecture : kArchitectures) {
    EXPECT_GT(AllConstants(architecture).size(), 2000u);
    for (const NamedConstant& constant : AllConstants(architecture)) {
      EXPECT_EQ(FindConstant(architecture, constant.name), constant.value)
          << constant.name;
    }
  }
}

// arch/arm64/include/uapi/asm/fcntl.h and mman.h.
TEST(ConstantsTest, Aarch64HasItsOwnValues) {
  EXPECT_EQ(FindConstant(kAarch64, "O_DIRECTORY"), 040000u);
  EXPECT_EQ(FindConstant(kAarch64, "O_NOFOLLOW"), 0100000u);
  EXPECT_EQ(FindConstant(kAarch64, "O_DIRECT"), 0200000u);
  EXPECT_EQ(FindConstant(kAarch64, "O_LARGEFILE"), 0400000u);
  EXPECT_EQ(FindConstant(kAarch64, "O_TMPFILE"), 020040000u);
  EXPECT_EQ(FindConstant(kAarch64, "PROT_BTI"), 0x10u);
  EXPECT_EQ(FindConstant(kX8664, "PROT_BTI"), std::nullopt);
  EXPECT_EQ(FindConstant(kAarch64, "MAP_32BIT"), std::nullopt);
  EXPECT_EQ(FindConstant(kAarch64, "O_CLOEXEC"), O_CLOEXEC);
}

TEST(ConstantsTest, ErrorNumbersAreTheSameOnAll) {
  for (const NamedConstant& constant : AllConstants(kX8664)) {
    if (!FindErrno(constant.name)) continue;
    EXPECT_EQ(FindConstant(kAarch64, constant.name), constant.value)
        << constant.name;
  }
}

TEST(ErrnoTest, AgreesWithTheHeaders) {
  EXPECT_EQ(FindErrno("EPERM"), EPERM);
  EXPECT_EQ(FindErrno("ENOSYS"), ENOSYS);
  EXPECT_EQ(FindErrno("EHWPOISON"), EHWPOISON);
  EXPECT_EQ(FindErrno("EWOULDBLOCK"), EAGAIN);
  EXPECT_EQ(FindErrno("ENOTSUP"), EOPNOTSUPP);
  EXPECT_EQ(FindErrno("O_RDONLY"), std::nullopt);
  EXPECT_EQ(FindErrno("EPER"), std::nullopt);
  EXPECT_CONSTANT(EPERM);
}

// glibc knows each number's name by itself.
TEST(ErrnoTest, NamesEachNumberAsTheLibraryDoes) {
  for (int value = 1; value <= EHWPOISON; ++value) {
    const char* name = strerrorname_np(value);
    EXPECT_EQ(ErrnoName(value), name == nullptr ? "" : name) << value;
  }
}

TEST(ErrnoTest, OtherNumbersHaveNoName) {
  EXPECT_EQ(ErrnoName(0), "");
  EXPECT_EQ(ErrnoName(-1), "");
  EXPECT_EQ(ErrnoName(4096), "");
}

}  // namespace
}  // namespace bailey
