/* A key that its holder keeps by a pointer. */
#include <stdio.h>
#include <stdlib.h>

struct key {
  unsigned char bytes[32];
  int uses;
};

struct key *load(void) {
  struct key *key = malloc(sizeof *key);
  FILE *file = fopen("/run/key", "r");
  if (key == NULL || file == NULL) return NULL;
  if (fread(key->bytes, 1, 32, file) != 32) return NULL;
  fclose(file);
  key->uses = 0;
  return key;
}

int leak(const struct key *key) { return key->bytes[3]; }

struct key *same(struct key *key) { return key; }

int twice(struct key *key) { return leak(same(key)); }

int main(void) {
  struct key *key = load();
  if (key == NULL) return 1;
  return leak(key) + twice(key);
}
