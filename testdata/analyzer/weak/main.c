// Weak definitions and weak aliases, which other.c overrides.
#include <unistd.h>

static int own(void) { return (int)getppid(); }  // EXPECT: getppid
int by_alias(void) __attribute__((weak, alias("own")));
int taken_alias(void) __attribute__((weak, alias("own")));
__attribute__((weak)) int by_definition(void) { return 0; }

static int (*volatile pointer)(void) = taken_alias;

int main(void) { return by_alias() + by_definition() + pointer(); }
