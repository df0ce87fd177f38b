// Two files have a static function of the same name.
#include <unistd.h>

void other(void);

static int counter;
static void work(void) {
  ++counter;
  setgid(0);  // EXPECT: setgid proved
}

int main(void) {
  work();
  other();
  return counter;
}
