#define _GNU_SOURCE
#include "runtime/turn.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/channel.h"

// Absent from a C library before glibc 2.35: then nobody knows where he runs.
#pragma weak __rseq_offset
#pragma weak __rseq_size

enum { kUnknownProcessor = -1 };

// SAFETY: the words of a header are 4-aligned in a mapping that stays; an
// aligned uint32_t and its atomic form have the same size and, with these
// compilers, representation.
static uint32_t load(const uint32_t* word, memory_order order) {
  return atomic_load_explicit((const _Atomic uint32_t*)word, order);
}

static void store(uint32_t* word, uint32_t value, memory_order order) {
  atomic_store_explicit((_Atomic uint32_t*)word, value, order);
}

// What the kernel keeps in this thread's memory, so that no system call is
// needed which a filter may not allow.
static int32_t own_processor(void) {
#ifdef __x86_64__
  if (&__rseq_size == NULL || __rseq_size == 0) return kUnknownProcessor;
  const char* thread;
  __asm__("mov %%fs:0, %0" : "=r"(thread));
  const struct rseq* area = (const struct rseq*)(thread + __rseq_offset);
  return (int32_t)load(&area->cpu_id, memory_order_relaxed);
#else
  return kUnknownProcessor;
#endif
}

static uint64_t ticks(void) {
#ifdef __x86_64__
  return __builtin_ia32_rdtsc();
#else
  return 0;
#endif
}

static void pause_briefly(void) {
#ifdef __x86_64__
  __builtin_ia32_pause();
#endif
}

// SAFETY: FUTEX_WAIT only reads the word, so that the peer's read-only mapping
// does; spurious and early returns are the caller's to check for.
void bailey_word_wait(const uint32_t* word, uint32_t seen) {
  if (syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0) == 0) return;
  if (errno != EAGAIN && errno != EINTR) {
    bailey_refuse("(wait)", "the kernel refuses to wait on a futex");
  }
}

// SAFETY: the word stays mapped; waking nobody is not an error. What else may
// fail is the waiter's doing: the kernel answers EINVAL where a hostile peer
// waits on the word by FUTEX_WAIT_REQUEUE_PI. A peer that is not woken hurts
// itself alone, so the result decides nothing.
void bailey_word_wake(const uint32_t* word) {
  (void)syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void bailey_turn_give(struct bailey_area_header* own,
                      const struct bailey_area_header* peer,
                      uint32_t sequence) {
  store((uint32_t*)&own->processor, (uint32_t)own_processor(),
        memory_order_relaxed);
  store(&own->sequence, sequence, memory_order_seq_cst);
  if (load(&peer->is_waiting, memory_order_seq_cst) != 0) {
    bailey_word_wake(&own->sequence);
  }
}

// What is waited for.
struct turn {
  const struct bailey_area_header* peer;
  uint32_t sequence;
  int until_equal;
};

int bailey_turn_is_over(const struct bailey_area_header* peer) {
  return load(&peer->is_gone, memory_order_seq_cst) != 0;
}

// Only a reply is given up: a server whose client has ended is ended, too.
static int is_there(const struct turn* turn, uint32_t seen) {
  if ((seen == turn->sequence) == (turn->until_equal != 0)) return 1;
  return turn->until_equal != 0 && bailey_turn_is_over(turn->peer);
}

static int runs_elsewhere(const struct bailey_area_header* peer) {
  const int32_t own = own_processor();
  const int32_t other =
      (int32_t)load((const uint32_t*)&peer->processor, memory_order_relaxed);
  return own >= 0 && other >= 0 && own != other;
}

// Looks until it is there, the time is over, or both sides are on one
// processor, where the peer cannot run before this side sleeps.
static int look(const struct turn* turn) {
  const uint64_t begin = ticks();
  do {
    for (int i = 0; i < 16; ++i) {
      if (is_there(turn, load(&turn->peer->sequence, memory_order_acquire))) {
        return 1;
      }
      pause_briefly();
    }
  } while (runs_elsewhere(turn->peer) && ticks() - begin < BAILEY_LOOK_TICKS);
  return 0;
}

static void look_if_it_pays(struct bailey_waiting* waiting,
                            const struct turn* turn) {
  if (!runs_elsewhere(turn->peer)) return;
  if (waiting->skip > 0) {
    --waiting->skip;
    return;
  }
  if (look(turn)) {
    waiting->vain = 0;
    return;
  }
  if (waiting->vain < BAILEY_MAX_VAIN) ++waiting->vain;
  waiting->skip = (1u << waiting->vain) - 1;
}

// The flag stands before the sequence is read once more: either the peer sees
// the flag, or this side the sequence.
static uint32_t sleep_until_there(const struct turn* turn,
                                  struct bailey_area_header* own) {
  uint32_t seen;
  store(&own->is_waiting, 1, memory_order_seq_cst);
  while (seen = load(&turn->peer->sequence, memory_order_seq_cst),
         !is_there(turn, seen)) {
    bailey_word_wait(&turn->peer->sequence, seen);
  }
  store(&own->is_waiting, 0, memory_order_relaxed);
  store((uint32_t*)&own->processor, (uint32_t)own_processor(),
        memory_order_relaxed);
  return seen;
}

uint32_t bailey_turn_await(struct bailey_waiting* waiting,
                           struct bailey_area_header* own,
                           const struct bailey_area_header* peer,
                           uint32_t sequence, int until_equal) {
  const struct turn turn = {peer, sequence, until_equal};
  uint32_t seen = load(&peer->sequence, memory_order_acquire);
  if (is_there(&turn, seen)) return seen;
  look_if_it_pays(waiting, &turn);
  seen = load(&peer->sequence, memory_order_acquire);
  return is_there(&turn, seen) ? seen : sleep_until_there(&turn, own);
}
