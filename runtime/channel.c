#define _GNU_SOURCE
#include "runtime/channel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/guarded.h"
#include "runtime/one_thread.h"
#include "runtime/printed.h"

enum { kStateBytes = 4096, kMaxAlignment = 16 };
enum { kLockFree = 0, kLockHeld = 1, kLockContended = 2 };
#define ATTACHED 0x42614c79u

_Static_assert(sizeof(struct bailey_area_header) <= BAILEY_HEADER_BYTES,
               "the header fits before the payload");
_Static_assert(sizeof(struct bailey_channel) <= kStateBytes,
               "a channel's state fits its page");
_Static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t),
               "an atomic word is a futex word");

// In pages that a fork empties, so that no two processes share a sequence.
static struct bailey_channel* channels[BAILEY_MAX_CHANNELS];

// Whether this thread is in a crossing: a second one comes from a signal
// handler and would wait for itself.
static _Thread_local int is_crossing;

void bailey_refuse(const char* name, const char* reason) {
  char text[512];
  const int size =
      snprintf(text, sizeof text, "bailey: crossing `%s`: %s\n", name, reason);
  const size_t bytes = size < (int)sizeof text ? (size_t)size : sizeof text - 1;
  // Not stdio, whose lock or buffer another thread may hold.
  if (write(STDERR_FILENO, text, bytes) < 0) abort();
  abort();
}

void bailey_absent(const char* name) {
  bailey_refuse(name, "this function is not in this portion");
}

__attribute__((noinline)) void bailey_crossing_point(uint32_t function_id) {
  __asm__ volatile("" : : "r"(function_id) : "memory");
}

static void* private_pages(size_t bytes) {
  void* pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || madvise(pages, bytes, MADV_WIPEONFORK) != 0) {
    bailey_refuse("(attach)", "no memory for a channel");
  }
  return pages;
}

void bailey_channel_attach(unsigned index, enum bailey_role role, void* own,
                           const void* peer, uint32_t area_bytes) {
  if (index >= BAILEY_MAX_CHANNELS || channels[index] != NULL ||
      (role != BAILEY_CLIENT && role != BAILEY_SERVER) || own == NULL ||
      peer == NULL || area_bytes < BAILEY_MIN_AREA_BYTES ||
      area_bytes > BAILEY_MAX_AREA_BYTES) {
    bailey_refuse("(attach)", "the channel is not as agreed");
  }
  unsigned char* pages = private_pages(kStateBytes + 2 * (size_t)area_bytes);
  struct bailey_channel* channel = (struct bailey_channel*)pages;
  channel->attached = ATTACHED;
  channel->role = role;
  channel->own = own;
  channel->peer = peer;
  channel->message.role = role;
  channel->message.capacity = area_bytes - BAILEY_HEADER_BYTES;
  channel->message.out = pages + kStateBytes;
  channel->message.in = pages + kStateBytes + area_bytes;
  channels[index] = channel;
  if (role == BAILEY_SERVER) bailey_guards_reserve(channel->message.capacity);
}

struct bailey_channel* bailey_channel_get(unsigned index, enum bailey_role role,
                                          const char* name) {
  if (index >= BAILEY_MAX_CHANNELS || channels[index] == NULL) {
    bailey_refuse(name, "the channel is not attached");
  }
  struct bailey_channel* channel = channels[index];
  if (channel->attached != ATTACHED) {
    bailey_refuse(name, "a forked child has no channel");
  }
  if (channel->role != role) bailey_refuse(name, "the wrong side calls");
  return channel;
}

// Fields of the peer's header are read once each: they may change at any time.
// SAFETY: as in turn.c.
static uint32_t load_field(const uint32_t* word) {
  return atomic_load_explicit((const _Atomic uint32_t*)word,
                              memory_order_relaxed);
}

uint32_t bailey_channel_wait(struct bailey_channel* channel, uint32_t sequence,
                             int until_equal) {
  return bailey_turn_await(&channel->waiting, channel->own, channel->peer,
                           sequence, until_equal);
}

// Not inlined and with a barrier: the compiler must not read the shared bytes a
// second time instead of the copy.
__attribute__((noinline)) static void copy_once(void* to, const void* from,
                                                size_t bytes) {
  memcpy(to, from, bytes);
  __asm__ volatile("" : : : "memory");
}

uint32_t bailey_channel_receive(struct bailey_channel* channel) {
  struct bailey_crossing* message = &channel->message;
  const struct bailey_area_header* peer = channel->peer;
  const uint32_t length = load_field(&peer->length);
  message->function = load_field(&peer->function);
  message->status = load_field(&peer->status);
  message->error = (int)load_field((const uint32_t*)&peer->error);
  message->in_used = 0;
  message->in_size = 0;
  if (length > message->capacity) return BAILEY_TOO_LARGE;
  message->in_size = length;
  if (length > 0) {
    copy_once(message->in, (const unsigned char*)peer + BAILEY_HEADER_BYTES,
              length);
  }
  return BAILEY_OK;
}

static void store_field(uint32_t* word, uint32_t value) {
  atomic_store_explicit((_Atomic uint32_t*)word, value, memory_order_relaxed);
}

// Nothing stays behind of a longer message: a peer that falls to an attacker
// later should not hand over what it has long wiped from its own memory.
static void write_payload(struct bailey_channel* channel) {
  const struct bailey_crossing* message = &channel->message;
  unsigned char* payload = (unsigned char*)channel->own + BAILEY_HEADER_BYTES;
  const uint32_t size = message->out_size;
  if (size > 0) memcpy(payload, message->out, size);
  if (size < channel->sent_size) {
    explicit_bzero(payload + size, channel->sent_size - size);
  }
  channel->sent_size = size;
}

void bailey_channel_send(struct bailey_channel* channel, uint32_t status) {
  const struct bailey_crossing* message = &channel->message;
  struct bailey_area_header* own = channel->own;
  write_payload(channel);
  store_field(&own->function, message->function);
  store_field(&own->status, status);
  store_field((uint32_t*)&own->error, (uint32_t)message->error);
  store_field(&own->length, message->out_size);
  bailey_turn_give(own, channel->peer, channel->sequence);
}

void bailey_crossing_wipe(struct bailey_crossing* message) {
  if (message->out_size > 0) explicit_bzero(message->out, message->out_size);
  if (message->in_size > 0) explicit_bzero(message->in, message->in_size);
  message->out_size = 0;
  message->in_size = 0;
  message->in_used = 0;
}

uint32_t bailey_crossing_alignment(size_t size) {
  uint32_t alignment = 1;
  while (alignment < kMaxAlignment && 2 * alignment <= size) alignment *= 2;
  return alignment;
}

uint32_t bailey_crossing_place(uint32_t position, size_t size, uint32_t limit) {
  const uint32_t alignment = bailey_crossing_alignment(size);
  // INVARIANT: position <= limit <= 2^30, so neither sum wraps.
  const uint32_t place = (position + alignment - 1) & ~(alignment - 1);
  if (place > limit || size > limit - place) return UINT32_MAX;
  return place;
}

// A futex lock after Drepper, "Futexes Are Tricky" (2011), the second mutex. A
// process with one thread has nobody to wait for or to wake.
static void lock(struct bailey_channel* channel) {
  _Atomic uint32_t* word = (_Atomic uint32_t*)&channel->lock;
  uint32_t expected = kLockFree;
  if (bailey_has_one_thread()) {
    atomic_store_explicit(word, kLockHeld, memory_order_relaxed);
    return;
  }
  if (atomic_compare_exchange_strong(word, &expected, kLockHeld)) return;
  while (atomic_exchange(word, kLockContended) != kLockFree) {
    bailey_word_wait(&channel->lock, kLockContended);
  }
}

static void unlock(struct bailey_channel* channel) {
  _Atomic uint32_t* word = (_Atomic uint32_t*)&channel->lock;
  if (bailey_has_one_thread()) {
    atomic_store_explicit(word, kLockFree, memory_order_relaxed);
  } else if (atomic_exchange(word, kLockFree) == kLockContended) {
    bailey_word_wake(&channel->lock);
  }
}

static struct bailey_channel* channel_of(struct bailey_crossing* message) {
  // SAFETY: every message is a member of its channel.
  return (struct bailey_channel*)((char*)message -
                                  offsetof(struct bailey_channel, message));
}

struct bailey_crossing* bailey_begin(unsigned channel_index, unsigned function,
                                     const char* name) {
  const int error = errno;
  struct bailey_channel* channel =
      bailey_channel_get(channel_index, BAILEY_CLIENT, name);
  if (is_crossing) bailey_refuse(name, "it interrupts another crossing");
  // Before the lock, which a handler that interrupts here would wait for.
  is_crossing = 1;
  lock(channel);
  channel->message.name = name;
  channel->message.function = function;
  channel->message.error = error;
  return &channel->message;
}

void bailey_put(struct bailey_crossing* message, const void* bytes,
                size_t size) {
  const uint32_t place =
      bailey_crossing_place(message->out_size, size, message->capacity);
  if (place == UINT32_MAX) {
    bailey_refuse(message->name, "crossing too large for the channel's area");
  }
  if (size > 0) memcpy(message->out + place, bytes, size);
  message->out_size = place + (uint32_t)size;
}

int bailey_put_presence(struct bailey_crossing* message, const void* pointer) {
  const unsigned char is_present = pointer != NULL;
  bailey_put(message, &is_present, 1);
  return is_present;
}

int bailey_put_buffer(struct bailey_crossing* message, const void* pointer,
                      unsigned long count, const char* parameter) {
  if (pointer == NULL && count != 0) {
    char reason[160];
    snprintf(reason, sizeof reason, "`%s` is null, but its count is not 0",
             parameter);
    bailey_refuse(message->name, reason);
  }
  return bailey_put_presence(message, pointer);
}

void bailey_put_string(struct bailey_crossing* message, const char* text) {
  if (!bailey_put_presence(message, text)) return;
  const size_t length = strlen(text);
  if (length >= message->capacity) {
    bailey_refuse(message->name, "crossing too large for the channel's area");
  }
  const uint32_t size = (uint32_t)length + 1;
  bailey_put(message, &size, sizeof size);
  bailey_put(message, text, size);
}

void bailey_put_choice(struct bailey_crossing* message, unsigned choice,
                       unsigned count, const char* name) {
  if (choice >= count) {
    char reason[160];
    snprintf(reason, sizeof reason,
             "`%s` is passed, and has a value that the program's code does not "
             "give it by name",
             name);
    bailey_refuse(message->name, reason);
  }
  const unsigned char item = (unsigned char)choice;
  bailey_put(message, &item, 1);
}

void bailey_require(struct bailey_crossing* message, const void* pointer,
                    const char* parameter) {
  if (pointer != NULL) return;
  char reason[160];
  snprintf(reason, sizeof reason, "`%s` is null, but was declared as an array",
           parameter);
  bailey_refuse(message->name, reason);
}

void bailey_require_apart(struct bailey_crossing* message, const void* a,
                          size_t a_size, const void* b, size_t b_size) {
  if (a == NULL || b == NULL || a_size == 0 || b_size == 0) return;
  const uintptr_t first = (uintptr_t)a;
  const uintptr_t second = (uintptr_t)b;
  const int is_apart =
      first < second ? second - first >= a_size : first - second >= b_size;
  if (!is_apart) bailey_refuse(message->name, "two arguments overlap");
}

size_t bailey_bytes(struct bailey_crossing* message, int negative,
                    unsigned long count, size_t element) {
  if (!negative && count <= message->capacity / element) {
    return (size_t)count * element;
  }
  if (message->role == BAILEY_CLIENT) {
    bailey_refuse(message->name, "crossing too large for the channel's area");
  }
  if (message->status == BAILEY_OK) message->status = BAILEY_TOO_LARGE;
  return 0;
}

static const char* refusal(uint32_t status) {
  switch (status) {
    case BAILEY_MALFORMED:
      return "the other portion found the request malformed";
    case BAILEY_UNKNOWN_FUNCTION:
      return "the other portion does not offer it";
    case BAILEY_TOO_LARGE:
      return "crossing too large for the channel's area";
    case BAILEY_BAD_SEQUENCE:
      return "the other portion did not expect a request";
    case BAILEY_NO_HANDLES:
      return "the other portion has given out as many handles as it can";
    case BAILEY_SAME_HANDLE:
      return "one object is passed for two parameters, of which one may be "
             "changed or freed";
    default:
      return "the other portion refused";
  }
}

int bailey_try_call(struct bailey_crossing* message) {
  struct bailey_channel* channel = channel_of(message);
  const uint32_t function = message->function;
  // What was printed so far comes before what the function prints.
  bailey_flush_printed();
  bailey_crossing_point(function);
  if (channel->peer_is_gone) return 0;
  ++channel->sequence;
  bailey_channel_send(channel, BAILEY_OK);
  bailey_channel_wait(channel, channel->sequence, 1);
  // Whatever number stands there: who ended has answered for the last time.
  channel->peer_is_gone = bailey_turn_is_over(channel->peer);
  if (channel->peer_is_gone) return 0;
  const uint32_t received = bailey_channel_receive(channel);
  if (message->status != BAILEY_OK) {
    bailey_refuse(message->name, refusal(message->status));
  }
  if (received != BAILEY_OK || message->function != function) {
    bailey_refuse(message->name, "the reply is malformed");
  }
  return 1;
}

void bailey_call(struct bailey_crossing* message) {
  if (!bailey_try_call(message)) {
    bailey_refuse(message->name, "the other portion has ended");
  }
}

static void leave(struct bailey_channel* channel, int error) {
  const uint32_t function = channel->message.function;
  bailey_crossing_wipe(&channel->message);
  bailey_crossing_point(function);
  unlock(channel);
  is_crossing = 0;
  errno = error;
}

void bailey_give_up(struct bailey_crossing* message, int error) {
  leave(channel_of(message), error);
}

void bailey_get(struct bailey_crossing* message, void* bytes, size_t size) {
  const uint32_t place =
      bailey_crossing_place(message->in_used, size, message->in_size);
  if (place == UINT32_MAX) {
    bailey_refuse(message->name, "the reply is malformed");
  }
  if (size > 0) memcpy(bytes, message->in + place, size);
  message->in_used = place + (uint32_t)size;
}

void bailey_end(struct bailey_crossing* message) {
  if (message->in_used != message->in_size) {
    bailey_refuse(message->name, "the reply is malformed");
  }
  leave(channel_of(message), message->error);
}
