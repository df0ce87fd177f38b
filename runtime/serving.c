// Installs the second filter, which portion_start.c has read.

#define _GNU_SOURCE  // syscall

#include "runtime/serving.h"

#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/serving_filter.h"

struct sock_filter bailey_serving_filter[BAILEY_MAX_FILTER_INSTRUCTIONS];
unsigned short bailey_serving_instructions;

// Who has switched is known by its process id: memory may be shared with a
// process that has not (clone with CLONE_VM). Noted when it is done, so that no
// thread goes on before; two at once install it twice, which does no harm.
void bailey_serving(void) {
  static _Atomic long switched;
  if (bailey_serving_instructions == 0) return;
  const long self = syscall(SYS_getpid);
  if (atomic_load(&switched) == self) return;
  const struct sock_fprog program = {bailey_serving_instructions,
                                     bailey_serving_filter};
  // SAFETY: the kernel copies the program. Not zero: an error, or the thread
  // that could not be switched; either way some thread has the wider filter.
  if (self <= 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                           SECCOMP_FILTER_FLAG_TSYNC, &program) != 0) {
    __builtin_trap();
  }
  atomic_store(&switched, self);
}
