// Many open what they are told; one of them is told the key's name.
#include <fcntl.h>
#include <unistd.h>

char text[64];

int slurp(const char* path, char* to) {
  const int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  const int got = (int)read(fd, to, 32);
  close(fd);
  return got;
}

int load_key(const char* path, char* key) { return slurp(path, key); }

int load_page(const char* path) { return slurp(path, text); }

int other(const char* path) { return open(path, O_RDONLY); }

int main(int count, char** words) {
  char key[32];
  if (count < 3) return 1;
  if (load_key(words[1], key) < 0) return 2;
  load_page(words[2]);
  other(words[2]);
  return text[0] + key[0];
}
