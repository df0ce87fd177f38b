#define _GNU_SOURCE
#include "runtime/serve.h"

#include <errno.h>
#include <string.h>

#include "runtime/channel.h"
#include "runtime/guarded.h"
#include "runtime/printed.h"
#include "runtime/serving.h"

static void mark(struct bailey_crossing* message, uint32_t status) {
  if (message->status == BAILEY_OK) message->status = status;
}

void* bailey_take(struct bailey_crossing* message, size_t size) {
  if (message->status != BAILEY_OK) return NULL;
  const uint32_t place =
      bailey_crossing_place(message->in_used, size, message->in_size);
  if (place == UINT32_MAX) {
    mark(message, BAILEY_MALFORMED);
    return NULL;
  }
  message->in_used = place + (uint32_t)size;
  return message->in + place;
}

void bailey_take_into(struct bailey_crossing* message, void* to, size_t size) {
  const void* bytes = bailey_take(message, size);
  if (bytes != NULL) {
    memcpy(to, bytes, size);
  } else {
    memset(to, 0, size);
  }
}

int bailey_take_presence(struct bailey_crossing* message) {
  unsigned char is_present;
  bailey_take_into(message, &is_present, 1);
  if (is_present > 1) mark(message, BAILEY_MALFORMED);
  return is_present == 1;
}

int bailey_take_buffer(struct bailey_crossing* message, unsigned long count) {
  const int is_present = bailey_take_presence(message);
  if (!is_present && count != 0) mark(message, BAILEY_MALFORMED);
  return is_present;
}

unsigned bailey_take_choice(struct bailey_crossing* message, unsigned count) {
  unsigned char choice;
  bailey_take_into(message, &choice, 1);
  if (choice < count) return choice;
  mark(message, BAILEY_MALFORMED);
  return 0;
}

char* bailey_take_string(struct bailey_crossing* message) {
  if (!bailey_take_presence(message)) return NULL;
  uint32_t size;
  bailey_take_into(message, &size, sizeof size);
  char* text = bailey_take(message, size);
  if (text == NULL) return NULL;
  // The first NUL must be the last byte: the text is what the caller's was.
  if (size == 0 || memchr(text, '\0', size) != text + size - 1) {
    mark(message, BAILEY_MALFORMED);
    return NULL;
  }
  return text;
}

void* bailey_reserve(struct bailey_crossing* message, size_t size) {
  if (message->status != BAILEY_OK) return NULL;
  const uint32_t place =
      bailey_crossing_place(message->out_size, size, message->capacity);
  if (place == UINT32_MAX) {
    mark(message, BAILEY_TOO_LARGE);
    return NULL;
  }
  message->out_size = place + (uint32_t)size;
  return message->out + place;
}

void* bailey_reserve_copy(struct bailey_crossing* message, const void* bytes,
                          size_t size) {
  void* room = bailey_reserve(message, size);
  if (room != NULL && bytes != NULL) memcpy(room, bytes, size);
  return room;
}

int bailey_ready(struct bailey_crossing* message) {
  if (message->in_used != message->in_size) mark(message, BAILEY_MALFORMED);
  return message->status == BAILEY_OK;
}

void bailey_enter(struct bailey_crossing* message) { errno = message->error; }

// Numbers of errors are below 4096 on Linux: errno is no way for more.
void bailey_leave(struct bailey_crossing* message) {
  const int error = errno;
  message->error = error >= 0 && error < 4096 ? error : 0;
}

static const struct bailey_service* find(const struct bailey_service* table,
                                         size_t count, uint32_t id) {
  for (size_t i = 0; i < count; ++i) {
    if (table[i].id == id) return &table[i];
  }
  return NULL;
}

// `seen` is the request's number; the status of the reply.
static uint32_t answer(struct bailey_channel* channel, uint32_t seen,
                       const struct bailey_service* table, size_t count) {
  struct bailey_crossing* message = &channel->message;
  const uint32_t expected = channel->sequence + 1;
  channel->sequence = seen;
  if (seen != expected) return BAILEY_BAD_SEQUENCE;
  const uint32_t received = bailey_channel_receive(channel);
  if (received != BAILEY_OK) return received;
  const struct bailey_service* service = find(table, count, message->function);
  if (service == NULL) return BAILEY_UNKNOWN_FUNCTION;
  message->name = service->name;
  message->status = BAILEY_OK;  // not what the client wrote there
  service->serve(message);
  if (message->status == BAILEY_OK) bailey_guards_check();
  return message->status;
}

void bailey_answer_one(struct bailey_channel* channel, uint32_t seen,
                       const struct bailey_service* table, size_t count) {
  const uint32_t status = answer(channel, seen, table, count);
  bailey_guards_close();
  if (status != BAILEY_OK) {
    // Whatever was built so far stays here.
    bailey_crossing_wipe(&channel->message);
  }
  // What the function printed comes before what the caller prints next.
  bailey_flush_printed();
  bailey_channel_send(channel, status);
  bailey_crossing_wipe(&channel->message);
}

int bailey_serve(const struct bailey_service* table, size_t count) {
  struct bailey_channel* channel =
      bailey_channel_get(0, BAILEY_SERVER, "(serve)");
  BAILEY_SERVING();
  for (;;) {
    const uint32_t seen = bailey_channel_wait(channel, channel->sequence, 0);
    bailey_answer_one(channel, seen, table, count);
  }
}
