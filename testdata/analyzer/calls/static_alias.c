#include "calls.h"

// Another name that only this file knows, of which there is no trace in its IR.
int real(int n) { return n + 1; }
static int unseen(int) __attribute__((alias("real"), unused));

struct box {
  F call;
};
static struct box fixed = {a};
static void run(struct box *box) { box->call(); }
int main(int argc, char **argv) {
  struct box local;
  local.call = b;
  run(&local);
  run(&fixed);
  return real(-1);
}
