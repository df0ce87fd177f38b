#include "runtime/fuzz/state.h"

#include <stdlib.h>

// The linker's, of a section whose name is an identifier.
extern char __start_bailey_data[] __attribute__((weak));
extern char __stop_bailey_data[] __attribute__((weak));
extern char __start_bailey_bss[] __attribute__((weak));
extern char __stop_bailey_bss[] __attribute__((weak));

static char* kept_data;
static char* kept_bss;

// Not memcpy, which AddressSanitizer would stop at the zones between globals.
// SAFETY: both ranges are `size` bytes long and do not overlap; the direction
// flag is clear (System V ABI).
static void copy(char* to, const char* from, size_t size) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

static char* keep(const char* begin, const char* end) {
  if (begin == end) return NULL;
  const size_t size = (size_t)(end - begin);
  char* kept = malloc(size);
  if (kept == NULL) abort();
  copy(kept, begin, size);
  return kept;
}

static void restore(char* begin, const char* end, const char* kept) {
  if (kept != NULL) copy(begin, kept, (size_t)(end - begin));
}

void bailey_fuzz_keep_state(void) {
  kept_data = keep(__start_bailey_data, __stop_bailey_data);
  kept_bss = keep(__start_bailey_bss, __stop_bailey_bss);
}

void bailey_fuzz_restore_state(void) {
  restore(__start_bailey_data, __stop_bailey_data, kept_data);
  restore(__start_bailey_bss, __stop_bailey_bss, kept_bss);
}
