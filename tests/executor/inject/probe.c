/* A program as others write them, built static and dynamic, position-dependent
 * and not: what it sees of a filter that was put on it.
 *
 *   probe uname          "uname: ok" or "uname: errno 1"
 *   probe descriptors    how many it has beyond the standard ones
 *   probe listeners      how many of its descriptors are a filter's listener
 *   probe own-listener   the same, with a filter of its own: the control
 *   probe exec NAME      execs itself with NAME
 *   probe arguments A... prints them, and a variable
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { HIGHEST = 1024 };

static int say_uname(void) {
  struct utsname name;
  if (uname(&name) == 0) return puts("uname: ok");
  return printf("uname: errno %d\n", errno);
}

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 3; fd < HIGHEST; ++fd) count += fcntl(fd, F_GETFD) >= 0;
  return printf("descriptors: %d\n", count);
}

/* Only a listener knows this request. */
static int count_listeners(void) {
  int count = 0;
  for (int fd = 0; fd < HIGHEST; ++fd) {
    unsigned long long id = 0;
    errno = 0;
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0 || errno == ENOENT) {
      ++count;
    }
  }
  return printf("listeners: %d\n", count);
}

static int count_own_listener(void) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {1, &allow};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
              SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) < 0) {
    return printf("seccomp: errno %d\n", errno);
  }
  return count_listeners();
}

static int show_arguments(int argc, char** argv) {
  for (int i = 2; i < argc; ++i) printf("argument: %s\n", argv[i]);
  const char* value = getenv("PROBE");
  return printf("variable: %s\n", value == NULL ? "(none)" : value);
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "uname") == 0) say_uname();
  if (strcmp(what, "descriptors") == 0) count_descriptors();
  if (strcmp(what, "listeners") == 0) count_listeners();
  if (strcmp(what, "own-listener") == 0) count_own_listener();
  if (strcmp(what, "arguments") == 0) show_arguments(argc, argv);
  if (strcmp(what, "exec") == 0) {
    execl(argv[0], argv[0], argv[2], (char*)NULL);
    printf("exec: errno %d\n", errno);
  }
  fflush(stdout);
  return 7;
}
