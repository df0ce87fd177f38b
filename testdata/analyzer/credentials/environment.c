// A variable that the program itself sets: which one is not told apart.
// CREDENTIAL: env:API_KEY
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  setenv("COPY", getenv("API_KEY"), 1);  // KEY: sink over-approximated
  puts(getenv("COPY"));                  // KEY: sink over-approximated
  execv("/bin/true", NULL);              // KEY: sink over-approximated
  return 0;
}
