// Standard input, all of it.
// CREDENTIAL: fd:0
#include <stdio.h>
#include <unistd.h>

int main(void) {
  char a[16], b[16], c[16];
  fgets(a, sizeof a, stdin);  // KEY: source
  puts(a);                    // KEY: sink
  read(STDIN_FILENO, b, 16);  // KEY: source
  write(1, b, 16);            // KEY: sink
  scanf("%15s", c);           // KEY: source
  puts(c);                    // KEY: sink
  putchar(getchar());         // KEY: sink
  return 0;
}
