// Handles in the messages of the portion that answers.

#include "runtime/channel.h"
#include "runtime/guarded.h"
#include "runtime/handles.h"

// As large as stacks are; nothing else is mapped that near to one.
enum { kStackBytes = 8 << 20 };

static void mark(struct bailey_crossing* message, uint32_t status) {
  if (message->status == BAILEY_OK) message->status = status;
}

void* bailey_take_handle(struct bailey_crossing* message, unsigned tag) {
  uint64_t number;
  void* pointer = NULL;
  bailey_take_into(message, &number, sizeof number);
  if (!bailey_handle_find(number, tag, &pointer)) {
    mark(message, BAILEY_MALFORMED);
  }
  return pointer;
}

void bailey_take_apart(struct bailey_crossing* message, const void* a,
                       const void* b) {
  if (a != NULL && a == b) mark(message, BAILEY_SAME_HANDLE);
}

void bailey_pin(struct bailey_crossing* message, const void* pointer) {
  if (!bailey_handles_pin(pointer)) {
    bailey_refuse(message->name, "it takes more handles than can be kept");
  }
}

void bailey_unpin(void) { bailey_handles_unpin(); }

void bailey_reserve_handle(struct bailey_crossing* message) {
  if (!bailey_handles_have_room()) mark(message, BAILEY_NO_HANDLES);
}

static int lies_in(const void* pointer, const void* begin, size_t size) {
  // Below `begin` the difference wraps, and is larger than any size.
  return (uintptr_t)pointer - (uintptr_t)begin < size;
}

// What the client wrote, or writes next, is no object of the trusted side; what
// lies on the stack is none when the function has returned.
static int is_passing(const struct bailey_crossing* message,
                      const void* pointer) {
  const char* frame = __builtin_frame_address(0);
  return lies_in(pointer, message->in, message->capacity) ||
         lies_in(pointer, message->out, message->capacity) ||
         bailey_guards_hold(pointer) ||
         lies_in(pointer, frame - kStackBytes, 2 * (size_t)kStackBytes);
}

void bailey_give_handle(struct bailey_crossing* message, void* room,
                        const void* pointer, unsigned tag) {
  if (is_passing(message, pointer)) {
    bailey_refuse(message->name, "it returns a pointer to its arguments");
  }
  const uint64_t number = bailey_handle_of(pointer, tag);
  // A null in its place would say that the function gave none.
  if (number == 0 && pointer != NULL) {
    bailey_refuse(message->name, "there is no room for a handle");
  }
  __builtin_memcpy(room, &number, sizeof number);
}
