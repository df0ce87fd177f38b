/* A program that tries what a portion must not do, and says how it went:
 *
 *   probe open /etc/shadow      prints "open: ok" or "open: errno 13"
 *
 * It is built three times: without the runtime and with the signer in it (the
 * positive control, and an audit's unsplit program), as the portion with main,
 * and (signer.c) as the portion that has the key. Its own status is 0 whatever
 * was refused.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/executor/portions/signer.h"

#ifdef PROBE_IS_PORTION
#include "runtime/channel.h"
#endif

extern char** environ;

static int say(const char* what, long result) {
  if (result >= 0) {
    printf("%s: ok\n", what);
  } else {
    printf("%s: errno %d\n", what, errno);
  }
  fflush(stdout);
  return 0;
}

static int read_file(char** argv) {
  char bytes[256] = "";
  const int fd = open(argv[2], O_RDONLY);
  if (fd < 0) return say("read", fd);
  const ssize_t got = read(fd, bytes, sizeof bytes - 1);
  printf("read: %.*s\n", (int)(got > 0 ? got : 0), bytes);
  fflush(stdout);
  return 0;
}

// In the session keyring that it came with.
static int find_session_key(void) {
  const long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
                           "user", "bailey-probe", 0);
  return say("session-key", key);
}

static int try_open(char** argv) {
  return say("open", open(argv[2], O_RDONLY));
}

static int try_create(char** argv) {
  return say("create", open(argv[2], O_WRONLY | O_CREAT, 0600));
}

static int try_kill(char** argv) { return say("kill", kill(atoi(argv[2]), 0)); }

static int try_ptrace(char** argv) {
  return say("ptrace", ptrace(PTRACE_SEIZE, atoi(argv[2]), NULL, NULL));
}

static int try_ptrace_child(void) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  say("ptrace", ptrace(PTRACE_SEIZE, child, NULL, NULL));
  return kill(child, SIGKILL);
}

static int try_tcp(char** argv) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(argv[2])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  return say("tcp", connect(fd, (struct sockaddr*)&address, sizeof address));
}

static int try_abstract(char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const size_t size = strlen(argv[2]);
  memcpy(address.sun_path + 1, argv[2], size);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const socklen_t length =
      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + size);
  return say("abstract", connect(fd, (struct sockaddr*)&address, length));
}

static int try_setuid(void) { return say("setuid", setresuid(0, 0, 0)); }

static int try_identity(void) {
  printf("identity: %d %d\n", (int)getuid(), (int)getgid());
  return 0;
}

/* Every capability that is held or could be gained. */
static int show_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0, 0, 0}};
  long bounding = 0;
  syscall(SYS_capget, &header, data);
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; ++i) {
    bounding += prctl(PR_CAPBSET_READ, i, 0, 0, 0);
  }
  printf("capabilities: %x%x %ld\n", data[0].permitted, data[1].permitted,
         bounding);
  return 0;
}

static int try_namespace(void) {
  return say("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
}

/* In a namespace of its own where that can be had, so that the host's mounts
 * stay as they are. */
static int try_mount(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 && getuid() == 0) return 1;
  return say("mount", mount("tmpfs", "/dev", "tmpfs", 0, NULL));
}

/* What every descriptor is. */
static int show_descriptors(void) {
  for (int fd = 0; fd < 1024; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) printf("descriptor: %d\n", fd);
  }
  return 0;
}

/* A filter that notifies of nothing, whose listener this process keeps. */
static void make_listener(void) {
  struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const struct sock_fprog program = {1, &code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
          SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Whether any descriptor answers as a filter's listener does. */
static int find_listener(void) {
  for (int fd = 0; fd < 1024; ++fd) {
    /* SECCOMP_IOCTL_NOTIF_ID_VALID of an id that is not there: ENOENT from a
     * listener, ENOTTY from all else. */
    unsigned long long id = 0;
    if (syscall(SYS_ioctl, fd, 0x40082102ul, &id) == 0 || errno == ENOENT) {
      printf("listener: %d\n", fd);
      return 0;
    }
  }
  printf("listener: none\n");
  return 0;
}

static int show_environment(void) {
  for (char** entry = environ; *entry != NULL; ++entry) {
    printf("environment: %s\n", *entry);
  }
  return 0;
}

static int show_limits(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  printf("core: %llu\n", (unsigned long long)limit.rlim_max);
  getrlimit(RLIMIT_DATA, &limit);
  printf("data: %lld\n", (long long)limit.rlim_max);
  return 0;
}

static int try_allocate(char** argv) {
  const size_t bytes = (size_t)atol(argv[2]) << 20;
  char* memory = malloc(bytes);
  if (memory != NULL) memset(memory, 1, bytes);
  return say("allocate", memory == NULL ? -1 : 0);
}

static int flood(char** argv) {
  for (long left = atol(argv[2]); left > 0; --left) putchar('x');
  return 0;
}

/* A new process that would outlive its parent. */
static int linger(void) {
  if (fork() == 0) setsid();
  printf("lingering\n");
  fflush(stdout);
  while (pause() < 0) continue;
  return 0;
}

static int try_fork(void) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return say("fork", child);
}

static int crash(void) {
  raise(SIGSEGV);
  return 0;
}

static int show_dumpable(void) {
  printf("dumpable: %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  return 0;
}

/* Makes the areas of the channel writable that it may only read, and the one
 * that it may write. */
static int try_write_peer(void) {
#ifdef PROBE_IS_PORTION
  struct bailey_channel* channel =
      bailey_channel_get(0, BAILEY_CLIENT, "probe");
  say("own area", mprotect(channel->own, 4096, PROT_READ | PROT_WRITE));
  return say("peer's area", mprotect((void*)(unsigned long)channel->peer, 4096,
                                     PROT_READ | PROT_WRITE));
#else
  char* memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return say("peer's area", mprotect(memory, 4096, PROT_READ | PROT_WRITE));
#endif
}

/* Signs every line of the input. */
static int sign_lines(void) {
  char line[256];
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%08x %s", signer_sign((int)strlen(line), (unsigned char)line[0]),
           line);
  }
  return 0;
}

/* Signs an argument, then shows what its standard input holds. */
static int sign_one(char** argv) {
  const char* text = argv[2];
  printf("%08x\n", signer_sign((int)strlen(text), (unsigned char)text[0]));
  printf("input: ");
  for (int c = getchar(); c != EOF; c = getchar()) putchar(c);
  putchar('\n');
  return 0;
}

static int end_peer(void) {
  printf("end-peer: asking\n");
  return (int)signer_sign(-1, 0);
}

/* Bytes on standard error. */
static int complain(char** argv) {
  for (long left = atol(argv[2]); left > 0; --left) fputc('e', stderr);
  return 0;
}

/* What was handed down of the launcher's signal handling. */
static int show_signals(void) {
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  for (int number = 1; number < 32; ++number) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) {
      printf("ignored: %d\n", number);
    }
    if (sigismember(&blocked, number) == 1) printf("blocked: %d\n", number);
  }
  printf("signals: ok\n");
  return 0;
}

/* As many long names, none of them text, as are asked for. */
static int open_many(char** argv) {
  char path[4001];
  memset(path, '\xff', sizeof path - 1);
  path[0] = '/';
  path[sizeof path - 1] = '\0';
  for (int i = atoi(argv[2]); i > 0; --i) {
    path[1] = (char)(1 + i % 200);
    path[2] = (char)(1 + i / 200);
    if (open(path, O_RDONLY) >= 0) return 1;
  }
  return say("open-many", 0);
}

/* getpid by the 32-bit entry, whose number 20 is writev's on x86_64. */
static int try_compat(void) {
  long result = 20;
  __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
  return say("compat", result);
}

/* A child makes the denied call; its parent would wait for ever. */
static int denied_in_child(void) {
  if (fork() == 0) {
    unshare(CLONE_NEWUSER);
    _exit(0);
  }
  while (pause() < 0) continue;
  return 0;
}

/* Everything a stranger could do to the sentinel later. */
static int repeat_sentinel(void) {
  int answered = 0;
  for (int fd = 0; fd < 64; ++fd) {
    if (syscall(SYS_prctl, 0x4241494cul, (long)fd, 0, 0, 0) >= 0) ++answered;
  }
  printf("sentinel: %d answered\n", answered);
  return 0;
}

static int close_output(void) {
  close(STDOUT_FILENO);
  return 3;
}

/* The key's first bytes, from hexadecimal digits on standard input, where no
 * split program has them: on pages without access, or in a child. */
static int steal_elsewhere(int in_child) {
  unsigned char* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  signer_sign(1, 1);
  if (in_child && fork() != 0) return wait(NULL) < 0;
  for (int i = 0; i < 32; ++i) {
    char digits[3] = {0, 0, 0};
    if (read(STDIN_FILENO, digits, 2) != 2) return 1;
    page[i] = (unsigned char)strtoul(digits, NULL, 16);
  }
  if (in_child) _exit(0);
  mprotect(page, 4096, PROT_NONE);
  return 0;
}

/* One byte of the two digits that come next on standard input, or -1. */
static int next_byte(void) {
  char digits[3] = {0, 0, 0};
  if (read(STDIN_FILENO, digits, 2) != 2) return -1;
  return (int)strtoul(digits, NULL, 16);
}

static size_t read_bytes(unsigned char* to, size_t room) {
  size_t size = 0;
  for (int byte; size < room && (byte = next_byte()) >= 0; ++size) {
    to[size] = (unsigned char)byte;
  }
  return size;
}

static void keep_in_variable(unsigned char* bytes) {
  setenv("PROBE_KEPT", (const char*)bytes, 1);
}

static void keep_in_file(const unsigned char* bytes, size_t size) {
  const int fd = memfd_create("kept", 0);
  if (write(fd, bytes, size) < 0) abort();
}

/* Ends the process with eight bytes in one register, and nowhere else. */
static void keep_in_register(void) {
  unsigned long word = 0;
  for (unsigned i = 0; i < 8; ++i) {
    word |= (unsigned long)(unsigned)next_byte() << (8 * i);
  }
  register unsigned long kept __asm__("r12") = word;
  word = 0;
  __asm__ volatile("syscall"
                   :
                   : "a"(SYS_exit_group), "D"(0), "r"(kept), "m"(word)
                   : "rcx", "r11", "memory");
}

/* What standard input says in hexadecimal digits, in the named place alone,
 * from a crossing until the end. */
static int keep(char** argv) {
  static unsigned char bytes[64];
  const char* where = argv[2];
  signer_sign(1, 1);
  if (strcmp(where, "register") == 0) keep_in_register();
  const size_t size = read_bytes(bytes, sizeof bytes - 1);
  if (strcmp(where, "variable") == 0) keep_in_variable(bytes);
  if (strcmp(where, "argument") == 0) memcpy(argv[3], bytes, size);
  if (strcmp(where, "name") == 0) prctl(PR_SET_NAME, bytes, 0, 0, 0);
  if (strcmp(where, "file") == 0) keep_in_file(bytes, size);
  if (strcmp(where, "memory") != 0) explicit_bzero(bytes, sizeof bytes);
  return 0;
}

/* Ends in another program. */
static int run_itself(char** argv) {
  char* next[] = {argv[0], (char*)"status", (char*)"0", NULL};
  signer_sign(1, 1);
  execv("/bin/probe", next);
  return say("exec", -1);
}

/* Every process of it makes others for as long as it may. */
static int fork_bomb(void) {
  printf("bomb: ok\n");
  fflush(stdout);
  while (fork() >= -1) continue;
  return 0;
}

static int flood_for_ever(void) {
  static char block[65536];
  memset(block, 'x', sizeof block);
  while (write(STDOUT_FILENO, block, sizeof block) > 0) continue;
  return 0;
}

/* Opens what it can, then crosses without a descriptor to spare. */
static int exhaust_descriptors(void) {
  while (dup(STDIN_FILENO) >= 0) continue;
  say("exhaust", -1);
  return say("crossing", signer_sign(1, 1) != 0 ? 0 : -1);
}

/* Writes until the disk is full. */
static int fill_disk(char** argv) {
  static const char block[4096];
  const int fd = open(argv[2], O_WRONLY | O_CREAT, 0600);
  if (fd < 0) return say("fill", fd);
  while (write(fd, block, sizeof block) > 0) continue;
  return say("fill", -1);
}

static int stop_itself(void) {
  printf("stop: begins\n");
  fflush(stdout);
  raise(SIGSTOP);
  return say("stop", 0);
}

/* Memory beyond the limit in a child, whose end the program outlives. */
static int allocate_in_child(char** argv) {
  int status = 0;
  if (fork() == 0) return try_allocate(argv);
  wait(&status);
  printf("child: signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return 0;
}

static long milliseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The share of a processor, in percent, that it gets for a while. */
static int burn(char** argv) {
  const long begin = milliseconds(CLOCK_MONOTONIC);
  const long used = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
  long passed = 0;
  while (passed < atol(argv[2])) passed = milliseconds(CLOCK_MONOTONIC) - begin;
  printf("burn: %ld\n",
         (milliseconds(CLOCK_PROCESS_CPUTIME_ID) - used) * 100 / passed);
  return 0;
}

static int run_other(char** argv) {
  execv(argv[2], argv + 2);
  return say("exec", -1);
}

#ifdef PROBE_IS_PORTION
/* A request that no function takes, then the wait for its answer. */
static unsigned send_garbage(struct bailey_channel* channel, unsigned* seed) {
  unsigned char* area = (unsigned char*)channel->own;
  for (int i = BAILEY_HEADER_BYTES; i < 4096; ++i) {
    area[i] = (unsigned char)rand_r(seed);
  }
  channel->own->function = (uint32_t)rand_r(seed) % 3;
  channel->own->status = (uint32_t)rand_r(seed);
  /* Never the 5 bytes that signer_sign takes; often more than there are. */
  channel->own->length = (uint32_t)rand_r(seed) << (rand_r(seed) % 2) | 8;
  __atomic_store_n(&channel->own->sequence, ++channel->sequence,
                   __ATOMIC_RELEASE);
  syscall(SYS_futex, &channel->own->sequence, 1 /* FUTEX_WAKE */, 1, NULL, NULL,
          0);
  bailey_channel_wait(channel, channel->sequence, 1);
  return channel->peer->status;
}
#endif

/* Garbage in the channel, then an honest call. */
static int write_garbage(char** argv) {
  unsigned refused = 0;
#ifdef PROBE_IS_PORTION
  struct bailey_channel* channel =
      bailey_channel_get(0, BAILEY_CLIENT, "probe");
  unsigned seed = (unsigned)atoi(argv[3]);
  for (int i = atoi(argv[2]); i > 0; --i) {
    if (send_garbage(channel, &seed) != BAILEY_OK) ++refused;
  }
#else
  (void)argv;
#endif
  printf("garbage: %u refused\n", refused);
  return say("honest call", signer_sign(1, 1) != 0 ? 0 : -1);
}

/* A reply that this side did not wait for, and a number that is not next. */
static int jump_sequence(void) {
#ifdef PROBE_IS_PORTION
  bailey_channel_get(0, BAILEY_CLIENT, "probe")->sequence += 1000;
#endif
  return say("honest call", signer_sign(1, 1) != 0 ? 0 : -1);
}

static int show_arguments(char** argv) {
  for (int i = 2; argv[i] != NULL; ++i) printf("argument: %s\n", argv[i]);
  return 0;
}

static int dispatch(char** argv) {
  const char* what = argv[1];
  if (strcmp(what, "open") == 0) return try_open(argv);
  if (strcmp(what, "read") == 0) return read_file(argv);
  if (strcmp(what, "session-key") == 0) return find_session_key();
  if (strcmp(what, "create") == 0) return try_create(argv);
  if (strcmp(what, "kill") == 0) return try_kill(argv);
  if (strcmp(what, "ptrace") == 0) return try_ptrace(argv);
  if (strcmp(what, "tcp") == 0) return try_tcp(argv);
  if (strcmp(what, "abstract") == 0) return try_abstract(argv);
  if (strcmp(what, "setuid") == 0) return try_setuid();
  if (strcmp(what, "identity") == 0) return try_identity();
  if (strcmp(what, "capabilities") == 0) return show_capabilities();
  if (strcmp(what, "unshare") == 0) return try_namespace();
  if (strcmp(what, "mount") == 0) return try_mount();
  if (strcmp(what, "descriptors") == 0) return show_descriptors();
  if (strcmp(what, "own-listener") == 0) make_listener();
  if (strcmp(what, "own-listener") == 0) return find_listener();
  if (strcmp(what, "listener") == 0) return find_listener();
  if (strcmp(what, "environment") == 0) return show_environment();
  if (strcmp(what, "limits") == 0) return show_limits();
  if (strcmp(what, "allocate") == 0) return try_allocate(argv);
  if (strcmp(what, "flood") == 0) return flood(argv);
  if (strcmp(what, "linger") == 0) return linger();
  if (strcmp(what, "fork") == 0) return try_fork();
  if (strcmp(what, "crash") == 0) return crash();
  if (strcmp(what, "dumpable") == 0) return show_dumpable();
  if (strcmp(what, "write-peer") == 0) return try_write_peer();
  if (strcmp(what, "sign") == 0) return sign_lines();
  if (strcmp(what, "steal") == 0) return signer_leak();
  if (strcmp(what, "end-peer") == 0) return end_peer();
  if (strcmp(what, "sign-one") == 0) return sign_one(argv);
  if (strcmp(what, "arguments") == 0) return show_arguments(argv);
  if (strcmp(what, "sleep") == 0) return (int)sleep(600);
  if (strcmp(what, "complain") == 0) return complain(argv);
  if (strcmp(what, "signals") == 0) return show_signals();
  if (strcmp(what, "open-many") == 0) return open_many(argv);
  if (strcmp(what, "compat") == 0) return try_compat();
  if (strcmp(what, "denied-in-child") == 0) return denied_in_child();
  if (strcmp(what, "repeat-sentinel") == 0) return repeat_sentinel();
  if (strcmp(what, "close-output") == 0) return close_output();
  if (strcmp(what, "steal-hidden") == 0) return steal_elsewhere(0);
  if (strcmp(what, "steal-child") == 0) return steal_elsewhere(1);
  if (strcmp(what, "keep") == 0) return keep(argv);
  if (strcmp(what, "ptrace-child") == 0) return try_ptrace_child();
  if (strcmp(what, "run-itself") == 0) return run_itself(argv);
  if (strcmp(what, "status") == 0) return atoi(argv[2]);
  if (strcmp(what, "bomb") == 0) return fork_bomb();
  if (strcmp(what, "flood-for-ever") == 0) return flood_for_ever();
  if (strcmp(what, "exhaust") == 0) return exhaust_descriptors();
  if (strcmp(what, "fill") == 0) return fill_disk(argv);
  if (strcmp(what, "stop") == 0) return stop_itself();
  if (strcmp(what, "allocate-in-child") == 0) return allocate_in_child(argv);
  if (strcmp(what, "burn") == 0) return burn(argv);
  if (strcmp(what, "run") == 0) return run_other(argv);
  if (strcmp(what, "garbage") == 0) return write_garbage(argv);
  if (strcmp(what, "jump") == 0) return jump_sequence();
  if (strcmp(what, "sign-length") == 0) {
    return say("sign", (long)signer_sign(atoi(argv[2]), 1));
  }
  return 2;
}

int main(int argc, char** argv) { return argc < 2 ? 2 : dispatch(argv); }
