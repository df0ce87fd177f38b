#include "calls.h"

typedef struct {
  F f;
} Ent;
__attribute__((section("hooks"), used)) static Ent e1 = {a};
__attribute__((section("hooks"), used)) static Ent e2 = {b};
extern Ent __start_hooks[], __stop_hooks[];
int main() {
  for (Ent* e = __start_hooks; e < __stop_hooks; e++)
    e->f();
}
