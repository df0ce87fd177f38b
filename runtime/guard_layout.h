// How the slots for guarded copies lie (guarded.h): each a window that can be
// written, with nothing mapped on either side.
//
//   guard | window | guard | window | ... | window | guard
//
// Windows are of a page, two, four and so on up to a whole message. A header by
// itself: the agent, which limits a portion's address space, counts them, too.

#ifndef BAILEY_RUNTIME_GUARD_LAYOUT_H_
#define BAILEY_RUNTIME_GUARD_LAYOUT_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// No 32-bit index jumps over it: unsigned ones of elements of 8 bytes, signed
// ones of 16.
#define BAILEY_GUARD_BYTES (UINT64_C(32) << 30)
#define BAILEY_GUARD_PAGE 4096u

enum {
  BAILEY_GUARD_CLASSES = 19,     // up to windows of 1 GiB
  BAILEY_GUARD_CLASS_SLOTS = 8,  // at most, of one class
  BAILEY_GUARD_MAX_SLOTS = BAILEY_GUARD_CLASSES * BAILEY_GUARD_CLASS_SLOTS
};

struct bailey_guard_class {
  uint64_t window_bytes;
  uint64_t first;  // of the first window, from the beginning of all
  unsigned slots;
};

struct bailey_guard_layout {
  struct bailey_guard_class classes[BAILEY_GUARD_CLASSES];
  unsigned class_count;
  uint64_t bytes;           // of address space, guards included
  uint64_t writable_bytes;  // of it, all windows
};

// What a message of at most `capacity` bytes and its reply can hold of copies
// that need such a window, for they are larger than half of it.
static inline unsigned bailey_guard_slots(uint64_t window, uint32_t capacity) {
  const uint64_t most = (4 * (uint64_t)capacity + window - 1) / window;
  return most < BAILEY_GUARD_CLASS_SLOTS ? (unsigned)most
                                         : (unsigned)BAILEY_GUARD_CLASS_SLOTS;
}

static inline void bailey_guard_add_class(struct bailey_guard_layout* layout,
                                          uint64_t window, uint32_t capacity) {
  struct bailey_guard_class* added = &layout->classes[layout->class_count++];
  added->window_bytes = window;
  added->first = layout->bytes;
  added->slots = bailey_guard_slots(window, capacity);
  layout->bytes += added->slots * (window + BAILEY_GUARD_BYTES);
  layout->writable_bytes += added->slots * window;
}

// For messages of at most `capacity` bytes, which is at most 1 GiB.
static inline struct bailey_guard_layout bailey_guard_layout_of(
    uint32_t capacity) {
  struct bailey_guard_layout layout = {{{0, 0, 0}}, 0, BAILEY_GUARD_BYTES, 0};
  const uint64_t page = BAILEY_GUARD_PAGE;
  const uint64_t whole = (capacity + page - 1) / page * page;
  for (uint64_t window = page; window < whole; window *= 2)
    bailey_guard_add_class(&layout, window, capacity);
  bailey_guard_add_class(&layout, whole, capacity);
  return layout;
}

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_GUARD_LAYOUT_H_
