// main [count from]: what an attacker would pass to keeper_sum and keeper_turn.
#include <stdio.h>
#include <stdlib.h>

#include "keeper.h"

int main(int argc, char** argv) {
  int values[] = {5, 6, 7};
  unsigned char bytes[8] = "abcdefg";
  unsigned char many[5000];
  struct pair pair = {1, 2};
  int count = argc > 1 ? atoi(argv[1]) : 3;
  int from = argc > 2 ? atoi(argv[2]) : 2;
  keeper_open(40);
  printf("sum %ld\n", keeper_sum(values, count));
  keeper_turn(bytes, from);
  printf("turned %.8s\n", (char*)bytes);
  keeper_fill(bytes, 5);
  for (int i = 0; i < 8; ++i) printf("%d ", bytes[i]);
  keeper_fill(many, sizeof many);
  printf("%d %d\n", many[0], many[4999]);
  keeper_fill(NULL, 0);
  printf("name %d %d %d\n", keeper_name("a"), keeper_name(""), keeper_name(NULL));
  printf("none %d\n", keeper_swap(NULL));
  keeper_swap(&pair);
  printf("pair %d %d\n", pair.first, pair.second);
  return 0;
}
