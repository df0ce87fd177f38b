/* A program that does not keep to the order of start (runtime/portion_abi.h):
 * `hostile WHAT` goes wrong at one step of it. Started as the portion with
 * main, it must never get to its last line.
 */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/portion_abi.h"

static void tell(unsigned kind, unsigned value) {
  const struct bailey_message message = {kind, value};
  if (write(BAILEY_CONTROL_FD, &message, sizeof message) < 0) _exit(1);
}

/* A filter of its own, which notifies getppid alone. */
static int own_listener(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const struct sock_fprog program = {4, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void go_wrong(const char* what) {
  if (strcmp(what, "exit") == 0) return;
  if (strcmp(what, "short") == 0) (void)!write(BAILEY_CONTROL_FD, "abc", 3);
  if (strcmp(what, "long") == 0) {
    char much[4096];
    memset(much, 1, sizeof much);
    (void)!write(BAILEY_CONTROL_FD, much, sizeof much);
  }
  if (strcmp(what, "garbage") == 0) tell(77, 77);
  if (strcmp(what, "order") == 0) tell(BAILEY_LISTENER, 3);
  if (strcmp(what, "failure") == 0) tell(BAILEY_FAILED, 0xffffffff);
  if (strncmp(what, "claim-", 6) == 0) {
    tell(BAILEY_MAPPED, 0);
    tell(BAILEY_LISTENER,
         strcmp(what, "claim-input") == 0 ? STDIN_FILENO : BAILEY_CONTROL_FD);
  }
  if (strcmp(what, "die") == 0) {
    tell(BAILEY_MAPPED, 0);
    tell(BAILEY_LISTENER, 3);
    raise(SIGKILL);
  }
  if (strcmp(what, "other-call") == 0) {
    tell(BAILEY_MAPPED, 0);
    tell(BAILEY_LISTENER, (unsigned)own_listener());
    (void)getppid();
  }
  while (pause() < 0) continue;
}

int main(int argc, char** argv) {
  if (argc > 1) go_wrong(argv[1]);
  puts("program code ran");
  return 0;
}
