#include "runtime/fuzz/freed.h"

#include <stddef.h>

#include "runtime/handles.h"

// AddressSanitizer's, where it is linked (sanitizer/allocator_interface.h).
extern size_t __sanitizer_get_allocated_size(const volatile void* block)
    __attribute__((weak));
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void*, size_t),
    void (*freed)(const volatile void*)) __attribute__((weak));

// It takes both hooks or none.
static void allocated(const volatile void* block, size_t size) {
  (void)block;
  (void)size;
}

static void freed(const volatile void* block) {
  if (block == NULL || bailey_handles_live() == 0) return;
  bailey_handles_revoke((const void*)block,
                        __sanitizer_get_allocated_size(block));
}

int bailey_fuzz_watch_frees(void) {
  return __sanitizer_install_malloc_and_free_hooks != NULL &&
         __sanitizer_get_allocated_size != NULL &&
         __sanitizer_install_malloc_and_free_hooks(allocated, freed) != 0;
}
