// What the source of a program for aarch64 shows by itself.
// BUILD: --target=aarch64-linux-gnu --sysroot=/usr/aarch64-linux-gnu
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static long own_getpid(void) {
  register long number __asm__("x8") = SYS_getpid;
  register long result __asm__("x0");
  __asm__ volatile("svc #0" : "=r"(result) : "r"(number));  // EXPECT: getpid proved
  return result;
}

static void own_exit(long status) {
  register long number __asm__("x8") = SYS_exit_group;
  register long x0 __asm__("x0") = status;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(number));  // EXPECT: exit_group proved
}

static void barrier(void) { __asm__ volatile("dmb ish" ::: "memory"); }

static void hidden(void) {
  __asm__ volatile("mov x8, #142\n svc #0" ::: "x8");  // EXPECT-UNRESOLVED: inline assembly
}

// A library may call whatever the program exports.
int exported(void) {
  return (int)syscall(SYS_getppid);  // EXPECT: getppid over-approximated
}

int main(int argc, char** argv) {
  // O_NOFOLLOW and the number are aarch64's own.
  long fd = syscall(SYS_openat, AT_FDCWD, "/etc/hosts", O_NOFOLLOW);  // EXPECT: openat flags=O_NOFOLLOW proved
  // tls stands fourth.
  syscall(SYS_clone, 17L, 0L, 0L, 5L, 0L);  // EXPECT: clone flags=17 tls=5 proved
  syscall(argc, 0);  // EXPECT-UNRESOLVED: computed syscall number
  int s = socket(AF_INET, SOCK_STREAM, 0);  // EXPECT: socket assumed
  int t = open(argv[0], O_RDONLY);  // EXPECT-UNRESOLVED: libraries for aarch64 are not disassembled
  int u = open(argv[0], O_RDONLY);  // EXPECT: openat assumed
  barrier();
  hidden();
  fprintf(stderr, "%ld\n", fd + s + t + u + own_getpid());  // EXPECT-UNRESOLVED: `fprintf`
  own_exit(0);
  return 0;  // EXPECT-ABSENT: reboot
}
