// More ways to go on unnoticed: structures, lists of arguments, fields of bits,
// threads' own memory, tables, streams in memory, names of files.
// CREDENTIAL: file:/run/key
#define _GNU_SOURCE
#include <alloca.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct block {
  char bytes[24];
};
struct node {
  struct node* next;
  char value;
};
struct bits {
  unsigned a : 5;
  unsigned b : 11;
};
static char key[64];
static _Thread_local char local_key[8];
static _Atomic char exchanged;
static void* (*mover)(void*, const void*, size_t) = memcpy;
static struct node* head;
static char** names;
static char nested[4][16];

static struct block by_value(void) {
  struct block b;
  memcpy(b.bytes, key, 24);
  return b;
}
static char take(struct block b) { return b.bytes[3]; }
static void push(char c) {
  struct node* n = malloc(sizeof *n);
  n->value = c;
  n->next = head;
  head = n;
}
static void list_out(const char* format, va_list list) {
  va_list again;
  va_copy(again, list);
  vprintf(format, again);  // KEY: sink
  va_end(again);
}
static void wrapped(const char* format, ...) {
  va_list list;
  va_start(list, format);
  list_out(format, list);
  va_end(list);
}
static int variadic_struct(int n, ...) {
  va_list list;
  va_start(list, n);
  struct block b = va_arg(list, struct block);
  va_end(list);
  return b.bytes[0];
}
static double variadic_double(int n, ...) {
  va_list list;
  va_start(list, n);
  double d = va_arg(list, double);
  va_end(list);
  return d;
}
static void fill(char* to, size_t offset) {
  int fd = open("/run/key", O_RDONLY);
  read(fd, to + offset, 8);
}
__attribute__((noinline)) static char pick(const char* from, int i) { return *(from + i); }
static int states(int c) {
  static int last;
  int old = last;
  last = c;
  return old;
}

int main(int argc, char** argv) {
  read(open("/run/key", O_RDONLY), key, 64);
  printf("%d", take(by_value()));  // KEY: sink over-approximated
  memcpy(local_key, key, 8);
  write(1, local_key, 8);  // KEY: sink over-approximated
  atomic_store(&exchanged, key[1]);
  putchar(atomic_load(&exchanged));  // KEY: sink over-approximated
  char moved[8];
  mover(moved, key, 8);
  write(1, moved, 8);  // KEY: sink
  push(key[0]);
  push('x');
  for (struct node* n = head; n != NULL; n = n->next) putchar(n->value);  // KEY: sink over-approximated
  wrapped("%s", key);
  struct block b = by_value();
  printf("%d", variadic_struct(1, b));             // KEY: sink over-approximated
  printf("%f", variadic_double(1, key[0] * 1.5));  // KEY: sink over-approximated
  char* stack = alloca(argc + 16);
  fill(stack, 4);
  puts(stack);  // KEY: sink over-approximated
  char vla[argc + 8];
  fill(vla, argc);
  puts(vla);  // KEY: sink over-approximated
  struct bits bits = {.a = key[0] & 31};
  printf("%u", bits.a);  // KEY: sink over-approximated
  names = calloc(4, sizeof *names);
  names[2] = strdup(key);
  puts(names[argc]);  // KEY: sink over-approximated
  fill(nested[argc], 2);
  write(1, nested, sizeof nested);  // KEY: sink over-approximated
  putchar(pick(key, argc));         // KEY: sink over-approximated
  states(key[4]);
  printf("%d", states(0));  // KEY: sink over-approximated
  char* rest = NULL;
  puts(strtok_r(key, ":", &rest));  // KEY: sink over-approximated
  puts(strtok(key, ":"));
  puts(strtok(NULL, ":"));  // KEY: sink
  FILE* m = fmemopen(key, 64, "r");
  putchar(fgetc(m));  // KEY: sink
  char* made = NULL;
  size_t size = 0;
  FILE* s = open_memstream(&made, &size);
  fputs(key, s);  // KEY: sink
  fclose(s);
  puts(made);  // KEY: sink
  __int128 wide = (__int128)key[0] << 100;
  printf("%d", (int)(wide >> 99));  // KEY: sink over-approximated
  float f[4] = {0};
  f[1] = key[2];
  float g[4];
  memmove(g, f, sizeof f);
  printf("%f", g[1]);  // KEY: sink over-approximated
  char sub[4];
  const char* end = key + 4;
  char* w = sub;
  for (const char* p = key; p != end;) *w++ = *p++;
  write(1, sub, 4);  // KEY: sink over-approximated
  int (*print)(const char*) = argc > 1 ? puts : NULL;
  if (print != NULL) print(key);  // KEY: sink
  char hex[3];
  sprintf(hex, "%02x", key[0]);
  char* args[] = {"prog", hex, NULL};
  if (argc > 5) execv("/bin/x", args);  // KEY: sink over-approximated
  char* env[] = {key, NULL};
  if (argc > 6) execve("/bin/x", args, env);  // KEY: sink over-approximated
  unsigned char table[256] = {0};
  table[(unsigned char)key[0]] = 1;
  write(1, table, 256);  // KEY: sink over-approximated
  size_t n = 0;
  char* line = NULL;
  FILE* in = fopen("/run/key", "r");
  getdelim(&line, &n, ':', in);
  puts(line);  // KEY: sink
  rename("/tmp/a", key);  // KEY: sink over-approximated
  return key[7];
}
