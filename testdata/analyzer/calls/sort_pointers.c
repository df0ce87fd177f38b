#include "calls.h"

struct M {
  int k;
  F f;
};
static struct M first = {5, a}, second = {1, b};
static struct {
  struct M *x, *y;
} order = {&first, &second};
static int by_key(const void* x, const void* y) {
  return (*(struct M**)x)->k - (*(struct M**)y)->k;
}
static F table[2] = {c, a};
static int a_first(const void* x, const void* y) { return *(F*)y == a; }
int main() {
  qsort(&order, 2, sizeof(void*), by_key);
  order.x->f();
  qsort(table, 2, sizeof *table, a_first);
  table[0]();
}
