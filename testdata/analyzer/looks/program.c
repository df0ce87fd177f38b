/* Each function says in its name whether it looks into a `struct key`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"

struct box {
  struct key *held;
  struct key *all[4];
  int count;
};
struct chest {
  int n;
  struct key inside;
};
union either {
  struct key *key;
  void *memory;
};
static struct key *kept;
static struct box boxes[3];
extern void consume(struct key *);
extern void in_library(struct key *);
extern struct key *from_library(void);
extern void anything(void *);

/* What only keeps it. */
struct key *no_passes(struct key *k) { return k; }
int no_compares(const struct key *a, const struct key *b) {
  return a == b || a != kept || !a || b == NULL || (a && b);
}
void no_stores(struct key *k) {
  kept = k;
  boxes[1].held = k;
  boxes[2].all[boxes[0].count] = k;
}
struct key *no_moves(struct box *from) {
  struct box copy = *from;
  struct key **place = &copy.held;
  struct key *none = NULL;
  *place = copy.count > 0 ? from->all[0] : none;
  (void)none;
  return *place;
}
int no_calls_its_own(void) {
  struct key *k = key_load("k");
  consume(k);
  const KEY *same = k;
  key_drop(k);
  return same == no_passes(k);
}
struct box *no_makes_a_box(void) {
  struct box *box = malloc(sizeof *box);
  if (box) memset(box, 0, sizeof *box);
  return box;
}

/* What looks. */
int yes_member(const KEY *k) { return k->size; }
int yes_copy(const struct key *k) {
  KEY copy = *k;
  return copy.size;
}
void *yes_address_of_member(struct key *k) { return &k->bytes[0]; }
int yes_local(void) {
  struct key k;
  return key_size(&k);
}
int yes_embedded(struct chest *c) {
  struct chest other = *c;
  return other.n;
}
struct key *yes_index(struct key *k) { return &k[1]; }
struct key *yes_adds(struct key *k) { return k + 1; }
long yes_difference(struct key *a, struct key *b) { return a - b; }
int yes_orders(struct key *a, struct key *b) { return a < b; }
void yes_steps(struct key *k) { kept = ++k; }
void yes_to_void(struct key *k) { anything(k); }
void yes_frees(struct key *k) { free(k); }
struct key *yes_allocates(void) { return malloc(100); }
unsigned long yes_to_integer(struct key *k) { return (unsigned long)k; }
struct key *yes_from_integer(unsigned long n) { return (struct key *)n; }
char *yes_to_bytes(struct key *k) { return (char *)k; }
void yes_place_to_void(struct key **k) { anything((void *)k); }
void yes_library(struct key *k) { in_library(k); }
struct key *yes_of_library(void) { return from_library(); }
void yes_prints(struct key *k) { printf("%p\n", k); }
void yes_unknown_call(void (*f)(struct key *), struct key *k) { f(k); }
void *yes_union(struct key *k) {
  union either e;
  e.key = k;
  return e.memory;
}
void yes_assembly(struct key *k) { __asm__ volatile("" : : "r"(k)); }
extern void library_frees(struct key **);
int yes_cleans_up(void) {
  struct key *k __attribute__((cleanup(library_frees))) = kept;
  return k != 0;
}
int yes_two_steps(struct box *box) { return box->held->size; }

int main(void) {
  no_stores(no_moves(no_makes_a_box()));
  return no_calls_its_own();
}
