#include "table.h"

static int key;
static int count;

int keeper_open(int seed) {
  key = seed;
  return 0;
}

int keeper_tag(int number) { return (key * 31) ^ number; }

int keeper_count(int number) {
  count += number;
  return count + (key != 0);
}
