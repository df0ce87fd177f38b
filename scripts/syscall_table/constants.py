"""Named constants: macros and enumerators of the UAPI headers and of glibc's,
with the values that a compiler gives them for one machine."""

import re

from syscall_table import sources

# Each header is compiled on its own, since the kernel's and glibc's cannot all
# be included together. Where two give a name different values the first wins:
# a filter sees what the kernel sees, so the kernel's come first.
KERNEL_HEADERS = """
asm/fcntl.h linux/fcntl.h linux/openat2.h linux/falloc.h linux/fadvise.h
linux/fs.h linux/stat.h asm/mman.h linux/mman.h linux/memfd.h linux/mount.h
linux/sched.h linux/sched/types.h linux/wait.h linux/futex.h linux/prctl.h
asm/prctl.h asm/signal.h linux/signal.h linux/time.h linux/timerfd.h
linux/eventfd.h linux/signalfd.h linux/inotify.h linux/fanotify.h
linux/eventpoll.h asm/poll.h asm/socket.h linux/in.h linux/in6.h linux/tcp.h
linux/udp.h linux/netlink.h linux/if_packet.h linux/if_ether.h
linux/vm_sockets.h linux/sockios.h asm/ioctls.h asm/resource.h
linux/resource.h linux/ptrace.h asm/ptrace-abi.h linux/bpf.h linux/keyctl.h
linux/perf_event.h linux/landlock.h linux/seccomp.h linux/audit.h
linux/userfaultfd.h linux/random.h linux/reboot.h linux/membarrier.h
linux/rseq.h linux/io_uring.h linux/aio_abi.h linux/kcmp.h linux/kexec.h
linux/module.h linux/personality.h linux/capability.h linux/mempolicy.h
linux/quota.h linux/ipc.h linux/shm.h linux/sem.h linux/msg.h linux/mqueue.h
linux/close_range.h linux/pidfd.h linux/nsfs.h linux/xattr.h linux/lsm.h
linux/if_tun.h linux/loop.h linux/limits.h asm/mce.h linux/timex.h
""".split()

LIBC_HEADERS = """
fcntl.h sys/socket.h netinet/in.h netinet/tcp.h sys/mman.h sys/mount.h sched.h
sys/wait.h sys/epoll.h poll.h sys/eventfd.h sys/timerfd.h sys/signalfd.h
sys/inotify.h sys/random.h sys/ptrace.h sys/prctl.h sys/resource.h sys/stat.h
unistd.h signal.h time.h sys/time.h sys/ipc.h sys/shm.h sys/sem.h sys/msg.h
sys/swap.h sys/reboot.h sys/xattr.h sys/file.h sys/ioctl.h sys/personality.h
sys/fanotify.h sys/uio.h mqueue.h sys/statvfs.h sys/quota.h sys/timex.h
""".split()

ERRNO_HEADERS = ("asm/errno.h", "errno.h")

# Which names of those headers are constants that a system call takes.
PREFIXES = """
O F FD AT DN LOCK RESOLVE FALLOC_FL POSIX_FADV SEEK RENAME FS_IOC RWF XATTR
SYNC_FILE_RANGE S STATX STATX_ATTR MAP PROT MADV MCL MLOCK MREMAP MS MFD PKEY
MNT UMOUNT OPEN_TREE MOVE_MOUNT FSOPEN FSPICK FSMOUNT FSCONFIG MOUNT_ATTR
STATMOUNT LSMT LISTMOUNT CLONE SCHED P FUTEX FUTEX2 PR ARCH SA SS SI CLOCK
ITIMER TIMER TFD EFD SFD IN FAN AF PF SOCK SO SOL SCM IPPROTO IP IPV6 INADDR
TCP UDP NETLINK PACKET ETH_P VMADDR MSG SHUT RLIMIT RLIM RUSAGE PRIO PTRACE
BPF KEYCTL KEY_SPEC KEY_REQKEY_DEFL PERF LANDLOCK SECCOMP AUDIT_ARCH UFFD
UFFDIO GRND LINUX_REBOOT RB MEMBARRIER_CMD RSEQ IORING IOSQE IOCB IOPRIO KCMP
KEXEC MODULE_INIT PER ADDR CAP MPOL Q IPC SHM SEM
CLOSE_RANGE PIDFD PIDFD_SIGNAL NS LSM LOOP SPLICE_F
SWAP_FLAG ST W R X ADJ EPOLL POLL IFF TUN NAME PATH SIG SIGEV UTIME MCAST FS
LO SHADOW_STACK
""".split()
WANTED = re.compile(
    rf"(?:{'|'.join(sorted(set(PREFIXES)))})_[A-Z0-9][A-Za-z0-9_]*"
    r"|SIG[A-Z]+[0-9]*|EPOLL[A-Z]+|POLL[A-Z]+|W[A-Z]+|TC[A-Z]+[0-9]*"
    r"|TIOC[A-Z0-9_]+|FIO[A-Z0-9]+|FI[A-Z]+RANGE|FIFREEZE|FITHAW|FIBMAP"
    r"|FICLONE|SIOC[A-Z0-9_]+|BLK[A-Z0-9]+|RND[A-Z]+|TUN[A-Z]+|FIGETBSZ"
    r"|UFFD[A-Z_]+|SHM[A-Z]+|READ_IMPLIES_EXEC|STDIN_FILENO|STDOUT_FILENO"
    r"|STDERR_FILENO|MMAP_PAGE_ZERO|STICKY_TIMEOUTS|WHOLE_SECONDS"
    r"|SHORT_INODE|FDPIC_FUNCPTRS|UNAME26|SOMAXCONN|GET(?:PID|VAL|ALL|NCNT"
    r"|ZCNT)|SET(?:VAL|ALL)|CSIGNAL|(?:USR|GRP|PRJ)QUOTA")

# Names that fit the above but are not for policies: helper functions of BPF
# programs, ends of enumerations, which move from kernel to kernel, and signal
# names that the kernel and glibc do not mean alike.
UNWANTED = re.compile(r"BPF_FUNC_.*|.*_LAST|SIG(?:STKSZ|RTMIN|RTMAX)"
                      r"|(?:AF|PF|IPPROTO|MPOL|SEEK|PERF_.*|BPF_.*"
                      r"|PR_SCHED_CORE)_MAX")

# Names that fit and have no integer value: strings, pointers, helpers of the
# compiler, and macros whose meaning no header defines. Any other name without
# a value stops the generator, so that none is lost unseen.
NOT_INTEGERS = re.compile(
    r"XATTR_\w+_(?:PREFIX|SUFFIX)|XATTR_(?:NAME|POSIX|SMACK)_\w+"
    r"|FS_KEY_DESC_PREFIX|SIG_(?:DFL|ERR|IGN|HOLD)|MAP_FAILED|EPOLL_PACKED"
    r"|SHM(?:MAX|ALL|LBA)|SCM_SRCRT")

# What the kernel's headers expect to be included before them, to have the
# values of their ioctl commands.
KERNEL_PRELUDE = "".join(f"#include <{name}>\n" for name in (
    "stddef.h", "linux/types.h", "linux/ioctl.h", "linux/blktrace_api.h",
    "linux/fiemap.h", "linux/serial.h", "asm/ioctls.h", "asm/termbits.h"))

ERRNO = re.compile(r"E[A-Z0-9]+")


def names_in(compiler, prelude):
    """{macro or enumerator: what a macro stands for, else ""}."""
    macros = {name: body.strip() for name, body in re.findall(
        r"^#define ([A-Za-z]\w*)(?: (.*))?$",
        compiler.preprocess(prelude, "-dM"), re.M)}
    text = re.sub(r"^#.*$", "", compiler.preprocess(prelude), flags=re.M)
    for body in re.findall(r"\benum\b[^{;()]*\{([^{}]*)\}", text):
        for entry in body.split(","):
            name = re.match(r"\s*([A-Za-z]\w*)", entry)
            if name:
                macros.setdefault(name.group(1), "")
    return macros


def read_header(compiler, header):
    """({name: value}, {wanted name without a value here})."""
    prelude = KERNEL_PRELUDE if header in KERNEL_HEADERS else ""
    prelude += f"#include <{header}>\n"
    wanted = {name for name in names_in(compiler, prelude)
              if WANTED.fullmatch(name) and not UNWANTED.fullmatch(name)}
    values = compiler.values(prelude, wanted)
    return values, wanted - set(values)


def read_constants(compiler):
    """({name: value}, [names that glibc gives another value])."""
    values, differing, missing = {}, set(), set()
    kernel_names = set()
    for header in filter(compiler.has, KERNEL_HEADERS + LIBC_HEADERS):
        found, without_value = read_header(compiler, header)
        missing |= without_value
        for name, value in found.items():
            if values.setdefault(name, value) == value:
                continue
            if header in KERNEL_HEADERS or name not in kernel_names:
                raise sources.GeneratorError(
                    f"{header} gives `{name}` a second value")
            differing.add(name)
        if header in KERNEL_HEADERS:
            kernel_names |= set(found)
    lost = {name for name in missing - set(values)
            if not NOT_INTEGERS.fullmatch(name)}
    if lost:
        raise sources.GeneratorError(f"no value of {sorted(lost)}")
    return values, sorted(differing)


def read_errnos(compiler):
    """[(name, value, whether it is the value's first name)], by name. A name
    defined as another, such as EWOULDBLOCK, is never the first."""
    found = {}
    for header in ERRNO_HEADERS:
        prelude = f"#include <{header}>\n"
        macros = {name: body for name, body in
                  names_in(compiler, prelude).items() if ERRNO.fullmatch(name)}
        for name, value in compiler.values(prelude, macros).items():
            first = re.fullmatch(r"\d+", macros[name]) is not None
            if found.setdefault(name, (value, first)) != (value, first):
                raise sources.GeneratorError(f"errno `{name}` is ambiguous")
    return sorted((name, value, first)
                  for name, (value, first) in found.items())


def read(compiler, supplement):
    """(constants, errnos, names where glibc differs from the kernel)."""
    values, differing = read_constants(compiler)
    errnos = read_errnos(compiler)
    values |= {name: value for name, value, _ in errnos}
    for entry in supplement["constants"]:
        if values.setdefault(entry["name"], entry["value"]) != entry["value"]:
            raise sources.GeneratorError(
                f"supplement.json gives `{entry['name']}` another value than "
                "the headers")
    return values, errnos, differing


def differences(values, others):
    """{name: value, or None where there is none} of what `values` has
    differently from `others`."""
    return {name: values.get(name) for name in values.keys() | others.keys()
            if values.get(name) != others.get(name)}
