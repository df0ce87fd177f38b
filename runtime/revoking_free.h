/* free() and realloc() of a portion whose pointers leave it as numbers
 * (runtime/handles.h): whatever lies in a block loses its number before the
 * block is freed, by whichever library. Included by one unit of the program,
 * the generated one, before anything else: an executable's symbols come before
 * those of its libraries, so that fclose() and EVP_PKEY_free() come here as
 * well.
 *
 * Only what frees is defined here, and leads to the next definition, the C
 * library's or another allocator's: it is looked up at the first call, which
 * the dynamic loader may make before any constructor. dlsym() of a name that is
 * there allocates nothing.
 *
 * What this does not see: munmap() of what was no allocation, memory that a
 * library keeps for itself instead of freeing it, and libraries that a program
 * loads with RTLD_DEEPBIND. Statically linked programs have no next definition;
 * `bailey split` refuses them. The generated fuzzer uses AddressSanitizer's own
 * hook instead (runtime/fuzz/freed.c).
 */
#ifndef BAILEY_RUNTIME_REVOKING_FREE_H_
#define BAILEY_RUNTIME_REVOKING_FREE_H_

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/handles.h"

static void bailey_allocator_fails(void) {
  static const char kText[] =
      "bailey: handles: malloc() and free() are of two libraries\n";
  if (write(STDERR_FILENO, kText, sizeof kText - 1) < 0) abort();
  abort();
}

/* The next definition of `name`, which `known` keeps. What frees must be of the
 * library that allocates. */
static void* bailey_next(void** known, const char* name) {
  Dl_info allocates;
  Dl_info frees;
  void* found = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (found != NULL) return found;
  found = dlsym(RTLD_NEXT, name);
  void* allocator = dlsym(RTLD_DEFAULT, "malloc");
  if (found == NULL || allocator == NULL || !dladdr(found, &frees) ||
      !dladdr(allocator, &allocates) ||
      frees.dli_fbase != allocates.dli_fbase) {
    bailey_allocator_fails();
  }
  __atomic_store_n(known, found, __ATOMIC_RELAXED);
  return found;
}

void free(void* block) {
  static void* next;
  void (*const next_free)(void*) = (void (*)(void*))bailey_next(&next, "free");
  if (block != NULL &&
      (bailey_handles_live() != 0 || bailey_handles_pinned() != 0)) {
    const size_t size = malloc_usable_size(block);
    bailey_handles_revoke(block, size);
    if (bailey_handles_defer(block, size)) return;
  }
  next_free(block);
}

/* Of a block that is not to be given back yet: another with its bytes. */
static void* bailey_move(void* block, size_t before, size_t size) {
  void* result = size == 0 ? NULL : malloc(size);
  if (size != 0 && result == NULL) return NULL;
  if (result != NULL) {
    __builtin_memcpy(result, block, size < before ? size : before);
  }
  free(block);
  return result;
}

void* realloc(void* block, size_t size) {
  static void* next;
  void* (*const next_realloc)(void*, size_t) =
      (void* (*)(void*, size_t))bailey_next(&next, "realloc");
  if (block == NULL ||
      (bailey_handles_live() == 0 && bailey_handles_pinned() == 0)) {
    return next_realloc(block, size);
  }
  const size_t before = malloc_usable_size(block);
  if (bailey_handles_has_pin(block, before)) {
    return bailey_move(block, before, size);
  }
  const int is_held = bailey_handles_hold(block, before);
  if (!is_held) bailey_handles_release(block, before, 0);
  void* result = next_realloc(block, size);
  if (is_held) {
    bailey_handles_release(block, before, result != NULL || size == 0);
  }
  return result;
}

/* The C library's may call its own realloc(). */
void* reallocarray(void* block, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  return realloc(block, bytes);
}

#endif /* BAILEY_RUNTIME_REVOKING_FREE_H_ */
