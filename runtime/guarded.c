#define _GNU_SOURCE
#include "runtime/guarded.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/channel.h"
#include "runtime/guard_layout.h"

// A copy of the call that goes on.
struct guarded {
  unsigned char* window;
  size_t window_bytes;
  unsigned char* copy;
  size_t size;
  struct bailey_guarded_name name;
};

static struct {
  unsigned char* base;
  uint32_t capacity;
  struct bailey_guard_layout layout;
  unsigned taken[BAILEY_GUARD_CLASSES];  // slots, from the first on
  struct guarded copies[BAILEY_GUARD_MAX_SLOTS];
  unsigned copy_count;
} guards;

// ---- Slots. ----

static void* map_pages(void* at, size_t bytes, int protection, int flags) {
  void* pages =
      mmap(at, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (pages == MAP_FAILED) {
    bailey_refuse("(attach)",
                  "no address space for guarded copies: is it limited by "
                  "`ulimit -v`?");
  }
  return pages;
}

static unsigned char* window_of(const struct bailey_guard_class* class,
                                unsigned slot) {
  return guards.base + class->first +
         slot * (class->window_bytes + BAILEY_GUARD_BYTES);
}

// SAFETY: the windows lie in the reservation, which nothing else uses yet.
static void open_windows(void) {
  for (unsigned i = 0; i < guards.layout.class_count; ++i) {
    const struct bailey_guard_class* class = &guards.layout.classes[i];
    for (unsigned slot = 0; slot < class->slots; ++slot) {
      (void)map_pages(window_of(class, slot), class->window_bytes,
                      PROT_READ | PROT_WRITE, MAP_FIXED);
    }
  }
}

void bailey_guards_reserve(uint32_t capacity) {
  if (capacity <= guards.capacity) return;
  guards.layout = bailey_guard_layout_of(capacity);
  guards.base = map_pages(NULL, guards.layout.bytes, PROT_NONE, MAP_NORESERVE);
  guards.capacity = capacity;
  open_windows();
  bailey_guards_tell_faults();
}

// Of the smallest windows that are large enough; of larger ones where those are
// all taken.
static struct guarded* take_slot(size_t size) {
  for (unsigned i = 0; i < guards.layout.class_count; ++i) {
    const struct bailey_guard_class* class = &guards.layout.classes[i];
    if (size > class->window_bytes || guards.taken[i] == class->slots) continue;
    struct guarded* taken = &guards.copies[guards.copy_count++];
    taken->window = window_of(class, guards.taken[i]++);
    taken->window_bytes = class->window_bytes;
    return taken;
  }
  return NULL;
}

// ---- Copies. ----

// A multiple of the elements' size that ends at the guard begins where such an
// element may lie. Bytes may be anything, and lie as they would in a message.
static size_t slack_behind(size_t size, size_t element) {
  if (element != 1) return 0;
  return -size & (bailey_crossing_alignment(size) - 1);
}

static void* guard(struct bailey_crossing* message, const void* bytes,
                   size_t size, size_t slack, const char* parameter) {
  if (message->status != BAILEY_OK) return NULL;
  struct guarded* guarded = take_slot(size + slack);
  if (guarded == NULL) {
    message->status = BAILEY_TOO_LARGE;
    return NULL;
  }
  guarded->copy = guarded->window + guarded->window_bytes - slack - size;
  guarded->size = size;
  guarded->name = (struct bailey_guarded_name){message->name, parameter};
  if (bytes != NULL && size > 0) memcpy(guarded->copy, bytes, size);
  return guarded->copy;
}

void* bailey_guard(struct bailey_crossing* message, const void* bytes,
                   size_t size, size_t element, const char* parameter) {
  return guard(message, bytes, size, slack_behind(size, element), parameter);
}

char* bailey_guard_text(struct bailey_crossing* message, const char* text,
                        const char* parameter) {
  if (text == NULL) return NULL;
  return guard(message, text, strlen(text) + 1, 0, parameter);
}

// ---- The end of a call. ----

static int is_zero(const unsigned char* bytes, size_t size) {
  return size == 0 ||
         (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static int is_untouched_around(const struct guarded* guarded) {
  const unsigned char* behind = guarded->copy + guarded->size;
  const unsigned char* end = guarded->window + guarded->window_bytes;
  return is_zero(guarded->window, (size_t)(guarded->copy - guarded->window)) &&
         is_zero(behind, (size_t)(end - behind));
}

static void refuse_writing(const struct bailey_guarded_name* name) {
  char reason[160];
  snprintf(reason, sizeof reason,
           "its code wrote beside what was passed for `%s`", name->parameter);
  bailey_refuse(name->function, reason);
}

void bailey_guards_check(void) {
  for (unsigned i = 0; i < guards.copy_count; ++i) {
    if (!is_untouched_around(&guards.copies[i])) {
      refuse_writing(&guards.copies[i].name);
    }
  }
}

void bailey_guards_close(void) {
  if (guards.copy_count == 0) return;
  for (unsigned i = 0; i < guards.copy_count; ++i) {
    explicit_bzero(guards.copies[i].copy, guards.copies[i].size);
  }
  memset(guards.taken, 0, sizeof guards.taken);
  guards.copy_count = 0;
}

// ---- What lies where. ----

int bailey_guards_hold(const void* pointer) {
  // Below the base the difference wraps, and is larger than any layout.
  return guards.base != NULL &&
         (uintptr_t)pointer - (uintptr_t)guards.base < guards.layout.bytes;
}

static uint64_t distance(uintptr_t a, uintptr_t b) {
  return a < b ? b - a : a - b;
}

struct bailey_guarded_name bailey_guards_name(const void* address) {
  struct bailey_guarded_name nearest = {NULL, NULL};
  uint64_t least = UINT64_MAX;
  if (!bailey_guards_hold(address)) return nearest;
  for (unsigned i = 0; i < guards.copy_count; ++i) {
    const struct guarded* each = &guards.copies[i];
    const uint64_t far = distance((uintptr_t)address, (uintptr_t)each->copy);
    if (far >= least) continue;
    least = far;
    nearest = each->name;
  }
  return nearest;
}
