// The channel's two ends against a hostile peer: the input is what the peer
// wrote into its area, and the row of items that this side takes from it.
//
// Whatever stands there, a server takes nothing from outside the message that
// it copied, and serves only what was well-formed to its end; a client reads
// what was there or aborts with its reason. The sources are included whole, so
// that one request is answered instead of an endless loop of them.

#define _GNU_SOURCE
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A refusal ends the run, not the process; nothing is said on stderr.
static jmp_buf refused;
__attribute__((noreturn)) static void escape(void) { longjmp(refused, 1); }
static ssize_t stay_silent(size_t bytes) { return (ssize_t)bytes; }
#define abort() escape()
#define write(fd, text, bytes) stay_silent(bytes)
#include "runtime/channel.c"
#include "runtime/guard_fault.c"
#include "runtime/guarded.c"
#include "runtime/printed.c"
#include "runtime/serve.c"
#include "runtime/turn.c"
#undef abort
#undef write

enum { kAreaBytes = BAILEY_MIN_AREA_BYTES, kMaxOperations = 64 };

// One byte of the input each, at its beginning.
enum operation {
  kTake,
  kTakeInto,
  kPresence,
  kBuffer,
  kString,
  kReserve,
  kReserveCopy,
  kBytes,
  kGuard,
  kGuardText,
  kOperations
};

static const uint8_t* operations;
static size_t operation_count;
static int served;

#define REQUIRE(condition)              \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (0)

// The item of an operation: sizes around the alignments, and some too large.
static size_t size_of(uint8_t operation) {
  static const size_t sizes[] = {
      0,  1,   2,    4,    7,    8,     16,           17,
      33, 256, 4031, 4032, 4033, 65536, SIZE_MAX / 2, SIZE_MAX};
  return sizes[operation >> 4];
}

static void require_inside(const struct bailey_crossing* message,
                           const void* item, size_t size) {
  if (item == NULL) return;
  const unsigned char* begin = item;
  REQUIRE(begin >= message->in && size <= message->in_size &&
          begin + size <= message->in + message->in_size);
  // Touches every byte, for the sanitizer.
  volatile unsigned char sum = 0;
  for (size_t i = 0; i < size; ++i) sum = (unsigned char)(sum + begin[i]);
}

static void take_string(struct bailey_crossing* message) {
  const char* text = bailey_take_string(message);
  if (text != NULL) require_inside(message, text, strlen(text) + 1);
}

static void take_into(struct bailey_crossing* message, size_t size) {
  unsigned char copy[256];
  if (size <= sizeof copy) bailey_take_into(message, copy, size);
}

static void reserve(struct bailey_crossing* message, size_t size) {
  unsigned char* room = bailey_reserve(message, size);
  if (room == NULL) return;
  REQUIRE(room >= message->out && size <= message->capacity &&
          room + size <= message->out + message->capacity);
  // Zero before the function writes there: nothing of an earlier reply.
  for (size_t i = 0; i < size; ++i) REQUIRE(room[i] == 0);
  memset(room, 0xa5, size);
}

// What is kept of it lies in its window, and the zeros around it are zeros.
static void guard_item(struct bailey_crossing* message, uint8_t operation) {
  const size_t size = size_of(operation);
  const void* bytes = bailey_take(message, size);
  unsigned char* copy =
      bailey_guard(message, bytes, size, operation & 128 ? 1 : 4, "item");
  if (copy == NULL) return;
  const struct guarded* last = &guards.copies[guards.copy_count - 1];
  REQUIRE(copy >= last->window &&
          copy + size <= last->window + last->window_bytes);
  REQUIRE(is_untouched_around(last));
  if (size > 0) REQUIRE(memcmp(copy, bytes, size) == 0);
}

static void guard_text(struct bailey_crossing* message) {
  const char* text = bailey_take_string(message);
  const char* copy = bailey_guard_text(message, text, "text");
  if (copy != NULL) REQUIRE(strcmp(copy, text) == 0);
}

static void take(struct bailey_crossing* message, uint8_t operation) {
  const size_t size = size_of(operation);
  switch ((operation & 15) % kOperations) {
    case kTake:
      return require_inside(message, bailey_take(message, size), size);
    case kTakeInto:
      return take_into(message, size);
    case kPresence:
      return (void)bailey_take_presence(message);
    case kBuffer:
      return (void)bailey_take_buffer(message, size);
    case kString:
      return take_string(message);
    case kReserve:
      return reserve(message, size);
    case kReserveCopy: {
      const void* bytes = bailey_take(message, size);
      require_inside(message, bytes, size);
      return (void)bailey_reserve_copy(message, bytes, size);
    }
    case kGuard:
      return guard_item(message, operation);
    case kGuardText:
      return guard_text(message);
    case kBytes:
      REQUIRE(bailey_bytes(message, operation & 8, size, 16) <=
              message->capacity);
      return;
    default:
      return;
  }
}

// As generated glue is: all takes, then ready, then the call.
static void serve(struct bailey_crossing* message) {
  for (size_t i = 0; i < operation_count; ++i) take(message, operations[i]);
  if (!bailey_ready(message)) return;
  REQUIRE(message->in_used == message->in_size);
  served = 1;
  bailey_enter(message);
  bailey_leave(message);
}

static const struct bailey_service services[] = {{1, "first", serve},
                                                 {7, "second", serve}};

static _Alignas(64) unsigned char own_area[kAreaBytes];
static _Alignas(64) unsigned char peer_area[kAreaBytes];

// A channel as attaching makes it, its buffers on the heap for the sanitizer.
static struct bailey_channel* make_channel(enum bailey_role role) {
  static struct bailey_channel channel;
  memset(&channel, 0, sizeof channel);
  channel.attached = ATTACHED;
  channel.role = role;
  channel.own = (struct bailey_area_header*)own_area;
  channel.peer = (const struct bailey_area_header*)peer_area;
  channel.message.role = role;
  channel.message.capacity = kAreaBytes - BAILEY_HEADER_BYTES;
  channel.message.out = calloc(1, channel.message.capacity);
  channel.message.in = calloc(1, channel.message.capacity);
  channel.message.name = "fuzz";
  channels[0] = &channel;
  is_crossing = 0;
  return &channel;
}

static void drop_channel(struct bailey_channel* channel) {
  free(channel->message.out);
  free(channel->message.in);
  channels[0] = NULL;
}

static void run_server(void) {
  struct bailey_channel* channel = make_channel(BAILEY_SERVER);
  bailey_guards_reserve(channel->message.capacity);
  const struct bailey_area_header* peer = channel->peer;
  served = 0;
  if (setjmp(refused) == 0) {
    const uint32_t status = answer(channel, peer->sequence, services, 2);
    REQUIRE(channel->message.out_size <= channel->message.capacity);
    bailey_guards_close();
    if (served) REQUIRE(peer->sequence == 1 && status == BAILEY_OK);
    if (status != BAILEY_OK) bailey_crossing_wipe(&channel->message);
    bailey_channel_send(channel, status);
    if (status != BAILEY_OK) REQUIRE(channel->own->length == 0);
    bailey_crossing_wipe(&channel->message);
    for (uint32_t i = 0; i < channel->message.capacity; ++i)
      REQUIRE(channel->message.out[i] == 0);
  } else {
    REQUIRE(0);  // a request must never end a server
  }
  drop_channel(channel);
}

static void get_all(struct bailey_crossing* message) {
  for (size_t i = 0; i < operation_count; ++i) {
    unsigned char copy[256];
    const size_t size = size_of(operations[i]);
    if (size <= sizeof copy) bailey_get(message, copy, size);
    REQUIRE(message->in_used <= message->in_size);
  }
}

static void run_client(void) {
  struct bailey_channel* channel = make_channel(BAILEY_CLIENT);
  struct bailey_area_header* peer = (struct bailey_area_header*)peer_area;
  peer->sequence = 1;  // else the client waits, as it should
  if (setjmp(refused) == 0) {
    struct bailey_crossing* message = bailey_begin(0, 1, "fuzz");
    bailey_put_string(message, "a request");
    bailey_call(message);
    REQUIRE(peer->status == BAILEY_OK && peer->function == 1);
    get_all(message);
    bailey_end(message);
  }
  drop_channel(channel);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Layout: side, count of operations, these, then the peer's area.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  operation_count = data[1] % kMaxOperations;
  if (operation_count > size - 2) operation_count = size - 2;
  operations = data + 2;
  const uint8_t* area = operations + operation_count;
  size_t area_size = size - 2 - operation_count;
  if (area_size > kAreaBytes) area_size = kAreaBytes;
  memset(own_area, 0, sizeof own_area);
  memset(peer_area, 0, sizeof peer_area);
  memcpy(peer_area, area, area_size);
  if (data[0] & 1) {
    run_client();
  } else {
    run_server();
  }
  return 0;
}
