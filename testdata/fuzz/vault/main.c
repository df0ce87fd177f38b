#include <stdio.h>
#include <string.h>

#include "vault.h"

int main(int argc, char** argv) {
  char line[256];
  struct total total = {0, 0};
  int values[4];
  if (argc < 2 || vault_open(argv[1]) < 0) return 1;
  while (fgets(line, sizeof line, stdin) != NULL) {
    vault_add((const unsigned char*)line, strlen(line));
    if (vault_choose((unsigned)line[0]) == 0) vault_put(line[1]);
  }
  vault_list(values, 4);
  vault_total(&total);
  printf("%d %ld %d\n", total.calls, total.sum, values[0]);
  return 0;
}
