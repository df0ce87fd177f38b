// Plays the start-up code of a portion: attaches one channel to the areas that
// tests/analyzer/rewrite/test_agent.cc passes down, before main.

#include <stdlib.h>
#include <sys/mman.h>

#include "runtime/channel.h"

static void* map(int fd, int protection, size_t bytes) {
  void* area = mmap(NULL, bytes, protection, MAP_SHARED, fd, 0);
  if (area == MAP_FAILED) abort();
  return area;
}

__attribute__((constructor)) static void attach(void) {
  const char* role = getenv("BAILEY_TEST_ROLE");
  const char* bytes = getenv("BAILEY_TEST_AREA_BYTES");
  if (role == NULL || bytes == NULL) abort();
  const size_t size = strtoul(bytes, NULL, 10);
  bailey_channel_attach(0, role[0] == 'c' ? BAILEY_CLIENT : BAILEY_SERVER,
                        map(BAILEY_CHANNEL_FD, PROT_READ | PROT_WRITE, size),
                        map(BAILEY_CHANNEL_FD + 1, PROT_READ, size),
                        (uint32_t)size);
}
