// System calls by number, through syscall() and by inline assembly.
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

static long get_pid(void) {
  long result;
  __asm__ volatile("syscall"  // EXPECT: getpid proved
                   : "=a"(result)
                   : "a"(SYS_getpid)
                   : "rcx", "r11", "memory");
  return result;
}

static long set_priority(void) {
  long result;
  long number = SYS_setpriority;
  __asm__ volatile("syscall"  // EXPECT: setpriority which=0 who=0 prio=any proved
                   : "+a"(number), "=d"(result)
                   : "D"(0L), "S"(0L)
                   : "rcx", "r11", "memory");
  return number;
}

static long computed(long number) {
  long result;
  __asm__ volatile("syscall"  // EXPECT-UNRESOLVED: computed syscall number
                   : "=a"(result)
                   : "a"(number)
                   : "rcx", "r11", "memory");
  return result;
}

static long hidden(void) {
  long result;
  __asm__ volatile("mov $39, %%eax; syscall"  // EXPECT-UNRESOLVED: inline assembly
                   : "=a"(result)
                   :
                   : "rcx", "r11", "memory");
  return result;
}

int main(int argc, char** argv) {
  (void)argv;
  __asm__ volatile("" ::: "memory");  // a barrier: nothing to report
  syscall(SYS_getrandom, 0, 0, 1);    // EXPECT: getrandom proved
  syscall(argc ? SYS_getuid : SYS_geteuid);  // EXPECT: getuid over-approximated
  syscall(argc);  // EXPECT-UNRESOLVED: computed syscall number
  return (int)(get_pid() + set_priority() + computed(argc) + hidden());
}
