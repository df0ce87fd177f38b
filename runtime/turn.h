// Whose turn it is: how one side of a channel says that its message is there,
// and how the other learns of it.
//
//   bailey_turn_give(own, peer, 7);                     // request 7 is there
//   bailey_turn_await(&waiting, own, peer, 7, 1);       // so is reply 7
//
// Who waits looks again and again for a while, and then sleeps on the peer's
// sequence as a futex; who gives the turn wakes only a peer that says that it
// sleeps, in its own area. No wake-up is lost: each side first writes its own
// word (the sequence, the flag), and then reads the other's, both in the one
// total order of sequentially consistent operations
// (docs/decisions/0018; tests/runtime/channel/turn_model_test.cc tries every
// order).
//
// Looking instead of sleeping pays where the peer runs at the same time: so
// only while both sides were last seen on different processors, never longer
// than BAILEY_LOOK_TICKS at once, and less and less often while it is in vain.
// What a peer writes falsely costs its caller that time, or itself a wake-up.

#ifndef BAILEY_RUNTIME_TURN_H_
#define BAILEY_RUNTIME_TURN_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What the first bytes of an area hold. Anything may stand in a peer's.
struct bailey_area_header {
  uint32_t sequence;    // the futex word
  uint32_t function;    // the crossing's id in the plan
  uint32_t status;      // enum bailey_status
  int32_t error;        // errno: of the caller, or after the call
  uint32_t length;      // of the payload, bytes
  uint32_t is_waiting;  // 1: the owner sleeps, or is about to
  int32_t processor;    // where the owner last ran; negative: not known
  uint32_t is_gone;     // 1: the owner has ended (turn_end.h)
};

// Of the processor's time stamp counter: some 20 to 100 microseconds, longer
// than a wake-up takes on another processor that was idle.
#define BAILEY_LOOK_TICKS 100000u
// After so many vain looks in a row one wait in 2^this looks.
#define BAILEY_MAX_VAIN 6u

// Private to a side; zero at first.
struct bailey_waiting {
  uint32_t vain;  // looks in a row that ended in sleep; at most BAILEY_MAX_VAIN
  uint32_t skip;  // waits that will sleep at once
};

// Publishes `sequence` with all that was written to `own` before, and wakes the
// peer if it sleeps.
void bailey_turn_give(struct bailey_area_header* own,
                      const struct bailey_area_header* peer, uint32_t sequence);

// Waits until the peer's sequence is (`until_equal`) or is not `sequence`;
// returns it. What the peer wrote before is visible then. Who waits until it is
// equal also comes back where the peer is gone: the sequence is another then.
uint32_t bailey_turn_await(struct bailey_waiting* waiting,
                           struct bailey_area_header* own,
                           const struct bailey_area_header* peer,
                           uint32_t sequence, int until_equal);

// Whether the owner of `peer` has ended (turn_end.h).
int bailey_turn_is_over(const struct bailey_area_header* peer);

// Sleeps while `*word` is `seen`, unless woken earlier for whatever reason;
// ends the process where the kernel refuses. Wakes one who sleeps there, if
// any.
void bailey_word_wait(const uint32_t* word, uint32_t seen);
void bailey_word_wake(const uint32_t* word);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_TURN_H_
