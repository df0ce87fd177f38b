#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

_Bool strict;
unsigned char salt[16] = {1};
long offset = -5;
double scale = 0.5;

int main(int argc, char **argv) {
  char word[8] = "first";
  int total = keeper_open(7);
  log_setup(1, word, CALM);
  total += keeper_work(2);
  printf("%d\n", total);
  strcpy(word, "second");
  strict = 1;
  memset(salt, 3, sizeof salt);
  offset = argc > 1 ? atol(argv[1]) : 100;
  scale = 2.5;
  log_setup(1, word, LOUD);
  total += keeper_work(3);
  printf("%d\n", total);
  log_setup(1, 0, CALM);
  total += keeper_work(1);
  log_line("end");
  printf("%d\n", total);
  return 0;
}
