// Run under a tracer: each call that it makes must be in its report.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int by_value(const void* a, const void* b) {
  return *(const int*)a - *(const int*)b;
}

static void at_exit(void) { close(dup(1)); }

int main(int argc, char** argv) {
  int values[] = {3, 1, 2};
  (void)argc;
  atexit(at_exit);
  qsort(values, 3, sizeof values[0], by_value);
  FILE* self = fopen(argv[0], "rb");
  char bytes[64];
  if (self == NULL || fread(bytes, 1, sizeof bytes, self) == 0) return 1;
  fclose(self);
  void* page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page, 4096);
  struct timespec pause = {0, 1000};
  nanosleep(&pause, NULL);
  syscall(SYS_gettid);
  char* large = malloc(1 << 20);
  printf("%d %s %ld\n", values[0], large == NULL ? "no" : "yes", (long)getpid());
  free(large);
  return system("exit 0") != 0;
}
