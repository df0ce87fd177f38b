// Functions that come back twice: a local may have changed in between.
#define _GNU_SOURCE
#include <setjmp.h>
#include <sys/syscall.h>
#include <unistd.h>

static jmp_buf place;

static void jump(void) {
  long number = SYS_getppid;
  if (setjmp(place) == 0) {
    number = SYS_swapoff;
    longjmp(place, 1);
  } else {
    syscall(number, "/n");  // EXPECT-UNRESOLVED: computed syscall number
  }
}

static void fork_in_place(void) {
  long number = SYS_getppid;
  if (vfork() == 0) {
    number = SYS_swapoff;
    _exit(0);
  }
  syscall(number, "/n");  // EXPECT-UNRESOLVED: computed syscall number
}

int main(void) {
  jump();
  fork_in_place();
  return (int)syscall(SYS_gettid);  // EXPECT: gettid proved
}
