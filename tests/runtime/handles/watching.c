/* As a generated fuzzer has it: AddressSanitizer's free() stays. */
#include <stdlib.h>

#include "runtime/fuzz/freed.h"

__attribute__((constructor)) static void watch(void) {
  if (!bailey_fuzz_watch_frees()) abort();
}
