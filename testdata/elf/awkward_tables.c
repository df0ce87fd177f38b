/* Tables that are no aligned words in a data section of the compiler's: packed,
 * beside the code, and walked from one object of a section to the next. All of
 * them run. */

#include <stdio.h>
#include <sys/syscall.h>

typedef long (*Call)(void);

static long Enter(long number) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(0), "S"(0)
                   : "rcx", "r11", "memory");
  return result;
}

static long InPacked(void) { return Enter(SYS_getpriority); }
static long BesideCode(void) { return Enter(SYS_getpgid); }
static long InSection(void) { return Enter(SYS_getsid); }
static long Nothing(void) { return 0; }

struct __attribute__((packed)) Packed {
  char kind;
  Call call;
};
static const struct Packed packed[] = {{1, Nothing}, {2, InPacked}};
static const Call constants[] = {Nothing, BesideCode};

#define IN_SECTION __attribute__((section(".calls"), used))
static Call first IN_SECTION = Nothing;
static Call second IN_SECTION = InSection;

/* Each of the section's objects is known to somebody, though nobody calls it. */
__attribute__((used)) static long Dead(void) { return first() + second(); }

int main(int count, char** arguments) {
  (void)arguments;
  Call* walk = &first;
  __asm__("" : "+r"(walk));
  long sum = packed[count].call() + constants[count]() + walk[count]();
  return printf("%ld\n", sum) < 0;
}
