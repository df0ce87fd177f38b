#include <stdio.h>
#include <string.h>

#include "table.h"

int main(int argc, char **argv) {
  keeper_open(41);
  printf("%d\n", keeper_tag(1));
  if (argc > 1 && strcmp(argv[1], "tuned") == 0) table_tune(&rows[0]);
  for (int i = 0; rows[i].name; ++i) {
    if (!table_select(rows[i].name)) return 2;
    chosen_scratch[0] = 1;
    printf("%d\n", keeper_tag(5));
  }
  return 0;
}
