// The channel between two portions: two shared memory areas with a futex each.
//
//   bailey_channel_attach(0, BAILEY_CLIENT, own, peer, area_bytes);
//
// A portion writes its own area and only reads the peer's. Each area is a
// header and a payload; the client's holds the request, the server's the reply.
// A request is sent by storing its number as the area's sequence, a reply by
// storing the same number in the other. What decides anything (numbers, sizes,
// positions) is private to each side; a message is copied once out of shared
// memory, after its size was checked, and only the copy is looked at. An area
// holds its last message and nothing of those before.
//
// Calls are at most once and one at a time for a channel; threads take turns. A
// fork loses the channel: a child that calls aborts. A crossing in a signal
// handler that interrupted one aborts as well. Waiting is without end: when a
// portion dies, the agent ends the instance, or says in the portion's area that
// it is gone where the policy says what calls of it give then. How they wait is
// in turn.h.
//
// System calls: futex (FUTEX_WAIT and FUTEX_WAKE, not private), those of
// fflush(NULL), and to abort write and abort()'s; attaching, before the filter,
// makes mmap, madvise and rt_sigaction.

#ifndef BAILEY_RUNTIME_CHANNEL_H_
#define BAILEY_RUNTIME_CHANNEL_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/crossing.h"
#include "runtime/portion_abi.h"
#include "runtime/turn.h"

#ifdef __cplusplus
extern "C" {
#endif

// The payload starts here: a short one is in the header's cache line, which
// comes over with the sequence.
#define BAILEY_HEADER_BYTES 32
#define BAILEY_MIN_AREA_BYTES 4096u
#define BAILEY_MAX_AREA_BYTES (1u << 30)

enum bailey_status {
  BAILEY_OK = 0,
  BAILEY_MALFORMED = 1,         // the request is not what its function takes
  BAILEY_UNKNOWN_FUNCTION = 2,  // no such crossing
  BAILEY_TOO_LARGE = 3,         // request or reply does not fit the area
  BAILEY_BAD_SEQUENCE = 4,      // not the next request; nothing was done
  BAILEY_NO_HANDLES = 5,        // too many are live; nothing was called
  BAILEY_SAME_HANDLE = 6,       // one object twice; nothing was called
};

// Private to a side.
struct bailey_crossing {
  unsigned char* out;  // being built; INVARIANT: zero from out_size on
  uint32_t out_size;
  unsigned char* in;  // the private copy of what came
  uint32_t in_size;
  uint32_t in_used;
  uint32_t capacity;  // of either, bytes
  uint32_t function;
  uint32_t status;  // the first thing that went wrong, on the server
  int error;
  enum bailey_role role;
  const char* name;  // of the function, for people
};

struct bailey_channel {
  uint32_t attached;  // zeroed in a forked child
  enum bailey_role role;
  struct bailey_area_header* own;
  const struct bailey_area_header* peer;
  uint32_t sequence;   // of the last request: sent, or seen
  uint32_t sent_size;  // of the payload that the own area holds, bytes
  uint32_t lock;
  int peer_is_gone;  // a client's: the server has ended
  struct bailey_waiting waiting;
  struct bailey_crossing message;
};

// Makes channel `index` of this process ready. `own` and `peer` are mappings of
// `area_bytes` each, which stay for the life of the process. Called once an
// index, before any thread; it does not use the heap. Ends the process with a
// message when it cannot.
void bailey_channel_attach(unsigned index, enum bailey_role role, void* own,
                           const void* peer, uint32_t area_bytes);

// Called in the client before a request is sent and after its reply was
// decoded: where `run --audit` looks at the portion's memory. Does nothing.
void bailey_crossing_point(uint32_t function_id);

// ---- for channel.c and serve.c ----

// The channel, which must be attached in this very process with that role.
struct bailey_channel* bailey_channel_get(unsigned index, enum bailey_role role,
                                          const char* name);
// Waits until the peer's sequence is (`until_equal`) or is not `sequence`;
// returns it. What the peer wrote before is visible then.
uint32_t bailey_channel_wait(struct bailey_channel* channel, uint32_t sequence,
                             int until_equal);
// Copies the peer's message into private memory; BAILEY_OK or BAILEY_TOO_LARGE.
uint32_t bailey_channel_receive(struct bailey_channel* channel);
// Publishes the message under channel->sequence in place of the one before, and
// wakes the peer if it sleeps.
void bailey_channel_send(struct bailey_channel* channel, uint32_t status);
// Wipes both private buffers.
void bailey_crossing_wipe(struct bailey_crossing* message);
// What an item of `size` bytes is aligned to: a power of two, at most 16.
uint32_t bailey_crossing_alignment(size_t size);
// The place of an item of `size` bytes at or after `position`, or UINT32_MAX
// where `limit` has no room for it.
uint32_t bailey_crossing_place(uint32_t position, size_t size, uint32_t limit);
// Says "bailey: crossing `name`: reason" on stderr and aborts.
__attribute__((noreturn)) void bailey_refuse(const char* name,
                                             const char* reason);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_CHANNEL_H_
