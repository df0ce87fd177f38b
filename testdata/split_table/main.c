// Commands in tables: some are the keeper's, whose entries are stubs here.
#include <stdio.h>
#include <string.h>

#include "table.h"

static int add(int number) { return number + 1; }

static const struct command commands[] = {
    {"add", add}, {"tag", keeper_tag}, {"count", keeper_count}, {NULL, NULL}};
// Not constant, and empty at first.
static int (*hook)(int);

int main(int argc, char **argv) {
  if (keeper_open(7) != 0) return 1;
  for (int i = 0; commands[i].name; ++i)
    printf("%s %d\n", commands[i].name, commands[i].run(5));
  for (int i = 0; commands[i].name; ++i)
    if (argc > 1 && strcmp(argv[1], commands[i].name) == 0)
      hook = commands[i].run;
  if (hook) printf("%d\n", hook(6) + hook(6));
  return 0;
}
