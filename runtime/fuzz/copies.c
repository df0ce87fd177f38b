#include "runtime/fuzz/copies.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/channel.h"

// AddressSanitizer's, where it is linked.
extern void __asan_poison_memory_region(const volatile void*, size_t)
    __attribute__((weak));

enum { kMaxBlocks = 256 };

struct block {
  void* copy;
  void* place;  // in the reply, or null for what was taken
  size_t size;
};

static struct block blocks[kMaxBlocks];
static size_t block_count;

// An allocation of nothing still has a byte, which nobody may touch.
static void* allocate(size_t size) {
  void* copy = calloc(1, size == 0 ? 1 : size);
  if (copy == NULL || block_count == kMaxBlocks) abort();
  if (size == 0 && __asan_poison_memory_region) {
    __asan_poison_memory_region(copy, 1);
  }
  return copy;
}

static void* copy_of(void* from, void* place, size_t size) {
  if (from == NULL) return NULL;
  void* copy = allocate(size);
  if (size > 0) memcpy(copy, from, size);
  blocks[block_count++] = (struct block){copy, place, size};
  return copy;
}

void* bailey_fuzz_take(struct bailey_crossing* message, size_t size) {
  return copy_of(bailey_take(message, size), NULL, size);
}

char* bailey_fuzz_take_string(struct bailey_crossing* message) {
  char* text = bailey_take_string(message);
  return copy_of(text, NULL, text == NULL ? 0 : strlen(text) + 1);
}

void* bailey_fuzz_reserve(struct bailey_crossing* message, size_t size) {
  void* room = bailey_reserve(message, size);
  return copy_of(room, room, size);
}

void* bailey_fuzz_reserve_copy(struct bailey_crossing* message,
                               const void* bytes, size_t size) {
  void* room = bailey_reserve_copy(message, bytes, size);
  return copy_of(room, room, size);
}

// Instead of a slot between guards, which lets zeros in front of the copy be
// read. What comes out of it the glue copies.
void* bailey_fuzz_guard(struct bailey_crossing* message, const void* bytes,
                        size_t size, size_t element, const char* parameter) {
  (void)element;
  (void)parameter;
  if (message->status != BAILEY_OK) return NULL;
  void* copy = allocate(size);
  if (bytes != NULL && size > 0) memcpy(copy, bytes, size);
  blocks[block_count++] = (struct block){copy, NULL, size};
  return copy;
}

char* bailey_fuzz_guard_text(struct bailey_crossing* message, const char* text,
                             const char* parameter) {
  if (text == NULL) return NULL;
  return bailey_fuzz_guard(message, text, strlen(text) + 1, 1, parameter);
}

void bailey_fuzz_settle(void) {
  for (size_t i = 0; i < block_count; ++i) {
    const struct block* block = &blocks[i];
    if (block->place != NULL && block->size > 0) {
      memcpy(block->place, block->copy, block->size);
    }
    free(block->copy);
  }
  block_count = 0;
}
