// Tells what it is asked about a key, by a decision alone.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static unsigned char key[16];
static int found;

void load(void) {
  int fd = open("/run/key", O_RDONLY);
  if (fd < 0) return;
  if (read(fd, key, sizeof key) != sizeof key) key[0] = 0;
  close(fd);
}

int guess(int at, int value) {
  found = 0;
  if (key[at & 15] == value) found = 1;
  return found;
}

int main(void) {
  char line[80];
  load();
  while (fgets(line, sizeof line, stdin)) printf("%d\n", guess(line[0], line[1]));
}
