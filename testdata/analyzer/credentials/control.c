// How it could go on unnoticed, by who calls whom.
// CREDENTIAL: file:/run/key
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char key[64];
static jmp_buf place;
static char shared[64];
static volatile sig_atomic_t last;

struct backend {
  int (*fill)(char* to, size_t size);
  void (*show)(const char* text);
};

static int fill(char* to, size_t size) {
  const int file = open("/run/key", O_RDONLY);
  return (int)read(file, to, size);
}
static void show(const char* text) {
  puts(text);  // KEY: sink
}
static void show_other(const char* text) {
  puts(text);  // NO-KEY
}
static const struct backend backend = {fill, show};
static const struct backend other = {NULL, show_other};

static void through_pointers(const struct backend* with) {
  with->fill(key, sizeof key);
  with->show(key);
  other.show("nothing");
}

static void report(const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int first = va_arg(list, int);
  vprintf(format, list);  // KEY: sink
  va_end(list);
  printf("%d\n", first);  // KEY: sink
}

static int count(int number, ...) {
  va_list list;
  int sum = 0;
  va_start(list, number);
  while (number-- > 0) sum += va_arg(list, int);
  va_end(list);
  return sum;
}

static void on_signal(int number) {
  last = key[number];  // KEY: copy
}

static void* thread(void* text) {
  strcpy(shared, text);  // KEY: copy
  return (void*)(long)shared[0];
}

static int by_first(const void* a, const void* b) {
  const char first = *(const char*)a;
  putchar(first);  // KEY: sink
  return first - *(const char*)b;
}

static void jump(void) { longjmp(place, key[1]); }

static char returned(void) { return key[2]; }

static void deep(int depth, char c) {
  if (depth > 0) return deep(depth - 1, c);
  putchar(c);  // KEY: sink
}

int main(void) {
  through_pointers(&backend);
  report("%d %s\n", 1, key);
  printf("%d\n", count(2, key[0], key[1]));  // KEY: sink
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  printf("%d\n", last);  // KEY: sink
  pthread_t id;
  void* result = NULL;
  pthread_create(&id, NULL, thread, key);
  pthread_join(id, &result);
  printf("%ld\n", (long)result);  // KEY: sink
  puts(shared);                   // KEY: sink
  qsort(key, 8, 1, by_first);
  const int jumped = setjmp(place);
  if (jumped != 0) {
    printf("%d\n", jumped);  // KEY: sink
    exit(jumped);            // KEY: sink
  }
  deep(3, returned());
  int ends[2];
  pipe(ends);
  write(ends[1], key, 8);  // KEY: sink
  char back[8];
  read(ends[0], back, 8);
  write(1, back, 8);  // KEY: sink assumed
  jump();
  return 0;
}
