#include "keeper.h"

static int key;

int keeper_open(int seed) {
  key = seed;
  return 0;
}

// Without elements `last` is the largest there is.
long keeper_sum(const int* values, int count) {
  unsigned last = (unsigned)count - 1;
  long sum = key;
  for (int i = 0; i < count; ++i) sum += values[i];
  return sum + values[last];
}

void keeper_fill(unsigned char* to, int count) {
  for (int i = 0; i < count; ++i) to[i] = (unsigned char)(key + i);
}

void keeper_turn(unsigned char bytes[static 8], int from) {
  bytes[from] ^= (unsigned char)key;
}

int keeper_name(const char* name) {
  int sum = key;
  while (name && *name) sum = 3 * sum + *name++;
  return sum;
}

int keeper_swap(struct pair* pair) {
  if (!pair) return key;
  int first = pair->first;
  pair->first = pair->second;
  pair->second = first + key;
  return 0;
}
