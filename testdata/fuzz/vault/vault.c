#include "vault.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { kPlaces = 4 };

static unsigned char key[16];
static int places[kPlaces];
static unsigned chosen;
static struct total so_far;
#ifdef KEEPS_POINTER
static const unsigned char* last_bytes;
static size_t last_count;
#endif

int vault_open(const char* path) {
  if (path == NULL) return -1;
  const int file = open(path, O_RDONLY);
  if (file < 0) return -1;
  const ssize_t got = read(file, key, sizeof key);
  close(file);
  if (got != (ssize_t)sizeof key) exit(3);
  return key[0];
}

/* PLANTED 1: one element too many. KEEPS_POINTER: into a request that is over;
 * a split refuses that, so it has to come in afterwards. */
long vault_add(const unsigned char* bytes, size_t count) {
  if (bytes == NULL) return -1;
  if (PLANTED == 1 && count > 0) ++count;
  for (size_t i = 0; i < count; ++i) so_far.sum += bytes[i] ^ key[i % 16];
#ifdef KEEPS_POINTER
  if (last_count > 2) so_far.sum += last_bytes[2];
  last_bytes = bytes;
  last_count = count;
#endif
  ++so_far.calls;
  return so_far.sum;
}

/* PLANTED 2: one place too many; vault_put() then writes beside them. */
int vault_choose(unsigned place) {
  if (place >= kPlaces + (PLANTED == 2)) return -1;
  chosen = place;
  return 0;
}

void vault_put(int value) { places[chosen] = value; }

int vault_list(int* values, unsigned count) {
  unsigned written = 0;
  for (; written < count && written < kPlaces; ++written) {
    values[written] = places[written];
  }
  return (int)written;
}

int vault_total(struct total* total) {
  if (total == NULL) return -1;
  /* PLANTED 4: aborts where a hostile client wants it to. */
  if (PLANTED == 4 && total->calls == 77) abort();
  *total = so_far;
  return 0;
}
