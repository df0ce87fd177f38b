#define _GNU_SOURCE
#include "runtime/fuzz/escape.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STANDS_FOR_ANOTHER __attribute__((weak))

jmp_buf bailey_fuzz_return;
int bailey_fuzz_is_calling;

__attribute__((noreturn)) static void leave(int status) {
  if (bailey_fuzz_is_calling) longjmp(bailey_fuzz_return, 1);
  exit(status);
}

// ---- What ends the process. The texts of err() are formatted, not shown. ----

__attribute__((noreturn)) static void leave_saying(int status,
                                                   const char* format,
                                                   va_list arguments) {
  char text[1024];
  if (format != NULL) (void)vsnprintf(text, sizeof text, format, arguments);
  leave(status);
}

#define ENDS_PROCESS(name) \
  void name(int status);   \
  STANDS_FOR_ANOTHER void name(int status) { leave(status); }

ENDS_PROCESS(bailey_fuzz_exit)
ENDS_PROCESS(bailey_fuzz__exit)
ENDS_PROCESS(bailey_fuzz__Exit)
ENDS_PROCESS(bailey_fuzz_quick_exit)

void bailey_fuzz_pthread_exit(void* result);
STANDS_FOR_ANOTHER void bailey_fuzz_pthread_exit(void* result) {
  (void)result;
  leave(0);
}

#define ENDS_WITH_VA_LIST(name)                                 \
  void name(int status, const char* format, va_list arguments); \
  STANDS_FOR_ANOTHER void name(int status, const char* format,  \
                               va_list arguments) {             \
    leave_saying(status, format, arguments);                    \
  }

ENDS_WITH_VA_LIST(bailey_fuzz_verr)
ENDS_WITH_VA_LIST(bailey_fuzz_verrx)

#define ENDS_WITH_TEXT(name)                                          \
  void name(int status, const char* format, ...);                     \
  STANDS_FOR_ANOTHER void name(int status, const char* format, ...) { \
    va_list arguments;                                                \
    va_start(arguments, format);                                      \
    leave_saying(status, format, arguments);                          \
  }

ENDS_WITH_TEXT(bailey_fuzz_err)
ENDS_WITH_TEXT(bailey_fuzz_errx)

// However many arguments they have, they come no further.
#define REPLACES_PROCESS(name) \
  int name(const char* path);  \
  STANDS_FOR_ANOTHER int name(const char* path) { leave(path != NULL); }

REPLACES_PROCESS(bailey_fuzz_execve)
REPLACES_PROCESS(bailey_fuzz_execv)
REPLACES_PROCESS(bailey_fuzz_execvp)
REPLACES_PROCESS(bailey_fuzz_execvpe)
REPLACES_PROCESS(bailey_fuzz_execl)
REPLACES_PROCESS(bailey_fuzz_execlp)
REPLACES_PROCESS(bailey_fuzz_execle)

// The portion asks another one, which is not here.
void* bailey_fuzz_begin(unsigned channel, unsigned function, const char* name);
STANDS_FOR_ANOTHER void* bailey_fuzz_begin(unsigned channel, unsigned function,
                                           const char* name) {
  (void)channel;
  (void)function;
  (void)name;
  leave(0);
}

// ---- What starts or signals processes. ----

#define IS_REFUSED(name)              \
  int name(void);                     \
  STANDS_FOR_ANOTHER int name(void) { \
    errno = EPERM;                    \
    return -1;                        \
  }

IS_REFUSED(bailey_fuzz_fork)
IS_REFUSED(bailey_fuzz_vfork)
IS_REFUSED(bailey_fuzz_system)
IS_REFUSED(bailey_fuzz_kill)

FILE* bailey_fuzz_popen(const char* command, const char* type);
STANDS_FOR_ANOTHER FILE* bailey_fuzz_popen(const char* command,
                                           const char* type) {
  (void)command;
  (void)type;
  errno = EPERM;
  return NULL;
}

int bailey_fuzz_posix_spawn(void);
STANDS_FOR_ANOTHER int bailey_fuzz_posix_spawn(void) { return EPERM; }
int bailey_fuzz_posix_spawnp(void);
STANDS_FOR_ANOTHER int bailey_fuzz_posix_spawnp(void) { return EPERM; }
