// Believes what the table says: with more rounds than 2 it writes too far.
#include <stddef.h>
#include <stdio.h>

#include "table.h"

static unsigned key;

unsigned twice(unsigned sum, unsigned number) { return 2 * sum + number; }

int keeper_open(unsigned seed) {
  key = seed;
  return 0;
}

int keeper_tag(unsigned number) {
  unsigned char room[2] = {0, 0};
  if (chosen_mix == NULL) return chosen_label == NULL ? -1 : -2;
  unsigned sum = key;
  for (int i = 0; i < chosen_rounds; ++i) {
    sum = chosen_mix(sum, number);
    room[i] = (unsigned char)sum;
  }
  printf("%s %d\n", chosen_label, chosen_rounds);
  fflush(stdout);
  return (int)(sum + room[0] + room[1]);
}
