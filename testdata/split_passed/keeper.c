#include "log.h"

static int key;

int keeper_open(int seed) {
  key = seed;
  log_line("open");
  return 0;
}

int keeper_count(int number, long count[static 1]) {
  count[0] += number;
  return count[0] > offset;
}

// What is passed is an attacker's as much as a parameter.
int keeper_work(int number) {
  const int tenths = scale > -100 && scale < 100 ? (int)(scale * 10) : 0;
  unsigned sum = (unsigned)key * (unsigned)number + (unsigned)offset +
                 (unsigned)tenths;
  for (int i = 0; i < 16; ++i) sum += salt[i];
  log_line("work");
  return (int)(sum + 1000u * (strict + 1u));
}
