#include "calls.h"

typedef void (*CB)(void*);
struct Ctx {
  F f;
  int k;
};
static void each(int* v, int k, CB cb, void* x) {
  for (int i = 0; i < k; i++)
    cb(x);
}
static void on(void* x) {
  ((struct Ctx*)x)->f();
}
int main() {
  int v[3] = {0};
  struct Ctx x = {a}, y = {b};
  each(v, 3, on, &x);
  each(v, 2, on, &y);
}
