// How the agent says, in the place of a portion that has ended, that nobody
// will answer any more: to all who wait for it, now and later.
//
//   bailey_turn_end(area);
//
// First the flag, then the word that sleepers sleep on: who saw neither finds
// the word changed when he goes to sleep. The flag decides, and not the number.
// For C and C++.

#ifndef BAILEY_RUNTIME_TURN_END_H_
#define BAILEY_RUNTIME_TURN_END_H_

#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/turn.h"

static inline void bailey_turn_end(struct bailey_area_header* area) {
  __atomic_store_n(&area->is_gone, UINT32_C(1), __ATOMIC_SEQ_CST);
  __atomic_fetch_add(&area->sequence, UINT32_C(1) << 31, __ATOMIC_SEQ_CST);
  // SAFETY: the word stays mapped; waking nobody is not an error.
  (void)syscall(SYS_futex, &area->sequence, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

#endif  // BAILEY_RUNTIME_TURN_END_H_
