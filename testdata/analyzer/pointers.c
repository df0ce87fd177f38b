// Functions that are reached through their addresses alone.
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int make(void) { return mkdir("d", 0700); }  // EXPECT: mkdir mode=0700 over-approximated
static int move(void) { return chdir("d"); }        // EXPECT: chdir over-approximated
static int lost(void) { return chroot("d"); }       // EXPECT-ABSENT: chroot

static int (*const kTable[])(void) = {make, move};
__attribute__((unused)) static int (*const kUnused[])(void) = {lost};

static int compare(const void* a, const void* b) {
  (void)sync();  // EXPECT: sync over-approximated
  return *(const char*)a - *(const char*)b;
}

static void on_signal(int number) {
  (void)number;
  setsid();  // EXPECT: setsid over-approximated
}

static int known(void) { return (int)getppid(); }  // EXPECT: getppid proved

int main(int argc, char** argv) {
  char text[] = "dcba";
  int (*once)(void) = known;
  qsort(text, 4, 1, compare);
  signal(SIGUSR1, on_signal);  // EXPECT: rt_sigaction over-approximated
  once();
  (void)argv;
  return kTable[argc & 1]();  // EXPECT-RESOLVED: indirect call
}

__attribute__((constructor)) static void before(void) { alarm(0); }  // EXPECT: alarm seconds=0 proved
