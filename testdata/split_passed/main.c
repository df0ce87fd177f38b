#include <stdio.h>
#include <string.h>

#include "log.h"

_Bool strict;
unsigned char salt[16] = {1};
long offset = -5;
double scale = 0.5;

int main(int argc, char **argv) {
  int total = keeper_open(7);
  log_setup(1, CALM);
  total += keeper_work(2);
  printf("%d\n", total);
  strict = 1;
  memset(salt, 3, sizeof salt);
  offset = 100;
  scale = 2.5;
  log_setup(2, LOUD);
  total += keeper_work(3);
  printf("%d\n", total);
  log_setup(1, CALM);
  total += keeper_work(1);
  long count = 99;
  total += keeper_count(2, argc > 1 && !strcmp(argv[1], "overlap") ? &offset
                                                                    : &count);
  log_line("end");
  printf("%d\n", total);
  return 0;
}
