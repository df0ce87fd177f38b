/* Calls what the data of exported_data.c names. */

#include <stdio.h>

struct Operations {
  const char* name;
  long (*call)(void);
};
extern const struct Operations exported_operations;
extern const struct Operations* const exported_pointer;

int main(void) {
  long sum = exported_operations.call();
  sum += exported_pointer[1].call();
  return printf("%ld\n", sum) < 0;
}
