#include "key.h"

#include <stdlib.h>

struct seal {
  int a;
};

struct key *key_load(const char *name) {
  struct key *k = malloc(sizeof *k);
  if (k) k->size = name[0];
  return k;
}
int key_size(const struct key *k) { return k->size; }
void key_drop(KEY *k) { free(k); }
/* Nobody returns a pointer to one: it can be no handle. */
int seal_a(const struct seal *s) { return s->a; }
void consume(struct key *k) { (void)k; }
