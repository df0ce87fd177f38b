// What a credential only decides. With `--decisions` all of it counts, without
// only what is marked as selected.
// CREDENTIAL: file:/run/key
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int chosen;
static int counted;
static int result;

static int classify(const char* key) {
  if (key[0] < 'a') return 1;
  switch (key[1]) {
    case 'x':
      return 2;
    default:
      return 3;
  }
}

static void set(void) { result = 4; }

int main(void) {
  char key[8];
  read(open("/run/key", O_RDONLY), key, 8);
  if (key[0] == 'x') chosen = 1;
  printf("%d\n", chosen);  // KEY: sink
  puts(key[1] == 'y' ? "yes" : "no");  // KEY: sink
  while (key[2] > counted) ++counted;
  printf("%d\n", counted);        // KEY: sink
  printf("%d\n", classify(key));  // KEY: sink
  if (key[4]) set();
  printf("%d\n", result);    // KEY: sink
  if (key[3]) puts("called");  // KEY: sink
  puts("always");              // NO-KEY
  return 0;
}
