// Assembly may do anything with what it gets.
// CREDENTIAL: file:/run/key
#include <fcntl.h>
#include <unistd.h>

static char key[16];
static char copy[16];
static char raw[16];

static void copy_by_assembly(void) {
  const char* from = key;
  char* to = copy;
  unsigned long count = 16;
  __asm__ volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
}

static void read_by_assembly(void) {
  long result;
  register long number __asm__("rax") = 2;
  const char* path = "/run/key";
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(path), "S"(0), "d"(0) : "rcx", "r11", "memory");
  read((int)result, raw, 16);  // KEY: source
  write(1, raw, 16);           // KEY: sink
}

int main(void) {
  const int file = open("/run/key", O_RDONLY);
  read(file, key, 16);
  copy_by_assembly();
  write(1, copy, 16);  // KEY: sink
  read_by_assembly();
  return 0;
}
