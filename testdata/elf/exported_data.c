/* A library whose data programs use by name: by a copy of it, or in place. */

#include <sys/syscall.h>

static long Enter(long number) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(0), "S"(0)
                   : "rcx", "r11", "memory");
  return result;
}

static long InObject(void) { return Enter(SYS_getpriority); }
static long InTable(void) { return Enter(SYS_getpgid); }
static long Unused(void) { return Enter(SYS_sysfs); }

struct Operations {
  const char* name;
  long (*call)(void);
};
const struct Operations exported_operations = {"name", InObject};
static const struct Operations hidden[] = {{"a", InTable}, {"b", InTable}};
const struct Operations* const exported_pointer = hidden;
/* With neighbours of its own, in whichever order a compiler lays data out: what
   refers to the end of something else means the one behind it, too. */
const struct Operations before_unused = {"", 0};
const struct Operations unused_operations = {"unused", Unused};
const struct Operations behind_unused = {"", 0};
