// Targets of calls through pointers: what C lets one do with them, and more. A
// call that is made must never be missed; what no pointer leads to is absent.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

typedef int (*function)(void);

static int by_structure(void) { return mkdir("d", 0); }    // EXPECT: mkdir
static int unused_member(void) { return chroot("d"); }     // EXPECT-ABSENT: chroot
static int by_union(void) { return rmdir("d"); }           // EXPECT: rmdir
static int by_copy(void) { return chdir("d"); }            // EXPECT: chdir
static int by_bytes(void) { return unlink("d"); }          // EXPECT: unlink
static int by_variadic(void) { return link("a", "b"); }    // EXPECT: link
static int returned(void) { return symlink("a", "b"); }    // EXPECT: symlink
static int by_integer(void) { return truncate("a", 0); }   // EXPECT: truncate
static int by_double(void) { return setsid(); }            // EXPECT: setsid
static int by_halves(void) { return acct("a"); }           // EXPECT: acct
static int by_xor(void) { return swapoff("a"); }           // EXPECT: swapoff
static int by_array(void) { return (int)alarm(0); }        // EXPECT: alarm
static int by_walk(void) { return setgid(0); }             // EXPECT: setgid
static int by_pipe(void) { return setuid(0); }             // EXPECT: setuid
static int by_user_data(void) { return umount("a"); }      // EXPECT: umount2
static int by_container(void) { return (int)umask(0); }    // EXPECT: umask
static int by_bias(void) { return (int)getpgrp(); }        // EXPECT: getpgrp
static int by_jump(void) { return sethostname("", 0); }    // EXPECT: sethostname
static int by_relative(void) { return setdomainname("", 0); }  // EXPECT: setdomainname
static int by_realloc(void) { return nice(1); }            // EXPECT: setpriority
static int by_missing(int a, int b) { return lchown("a", (uid_t)a, (gid_t)b); }  // EXPECT: lchown
static int by_offset(void) { return fchdir(0); }           // EXPECT: fchdir
static int by_base(void) { return vhangup(); }             // EXPECT: vhangup

static void at_exit(void) { sched_yield(); }               // EXPECT: sched_yield
static void at_quick_exit_(void) { getpid(); }             // EXPECT: getpid

struct operations {
  char name[16];
  function use;
  function drop;
};

static const struct operations kOperations[] = {
    {"a", by_structure, unused_member}, {"b", by_structure, unused_member}};

union mixed {
  function pointer;
  uint64_t number;
  double real;
  uint32_t halves[2];
  unsigned char bytes[8];
};

static void copy_bytes(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i) ((char*)to)[i] = ((const char*)from)[i];
}

static int call_variadic(int count, ...) {
  va_list list;
  int sum = 0;
  va_start(list, count);
  while (count-- > 0) sum += va_arg(list, function)();  // EXPECT-RESOLVED: indirect call
  va_end(list);
  return sum;
}

static function choose(int which) { return which ? returned : by_structure; }

static function slots[4] = {by_array, by_array};

struct task {
  void* (*run)(void*);
  function inner;
};

static void* thread(void* given) {
  const struct task* task = given;
  return (void*)(intptr_t)task->inner();
}

struct node {
  struct node* next;
};
struct entry {
  function call;
  struct node node;
};

static int walk(struct node* head) {
  int sum = 0;
  for (struct node* each = head; each != NULL; each = each->next)
    sum += ((struct entry*)((char*)each - offsetof(struct entry, node)))->call();
  return sum;
}

static double pass_double(double value) { return value; }

int main(int argc, char** argv) {
  // The C library has these in the archive that glibc links into programs.
  atexit(at_exit);                // EXPECT-RESOLVED: external symbol
  at_quick_exit(at_quick_exit_);  // EXPECT-RESOLVED: external symbol
  (void)argv;
  int sum = kOperations[argc].use();  // EXPECT-RESOLVED: indirect call

  union mixed mixed;
  mixed.pointer = by_union;
  union mixed other = {.number = mixed.number};
  sum += other.pointer();

  struct operations copy = {"c", by_copy, NULL};
  struct operations* copied = malloc(sizeof copy);
  memcpy(copied, &copy, sizeof copy);
  sum += copied->use();

  function original = by_bytes;
  function bytes;
  copy_bytes(&bytes, &original, sizeof bytes);
  sum += bytes();

  sum += call_variadic(argc, by_variadic);
  sum += choose(argc)();
  uintptr_t number = (uintptr_t)by_integer | 1;
  sum += ((function)(number & ~(uintptr_t)1))();

  mixed.pointer = by_double;
  mixed.real = pass_double(mixed.real);
  sum += mixed.pointer();

  mixed.pointer = by_halves;
  const uint32_t high = mixed.halves[1];
  const uint32_t low = mixed.halves[0];
  sum += ((function)((uint64_t)high << 32 | low))();

  const uintptr_t key = (uintptr_t)&sum;
  volatile uintptr_t mangled = (uintptr_t)by_xor ^ key;
  sum += ((function)(mangled ^ key))();

  sum += slots[argc & 3]();
  function pair[2] = {NULL, by_walk};
  for (function* each = pair; each < pair + 2; ++each)
    if (*each != NULL) sum += (*each)();

  int ends[2];
  function sent = by_pipe;
  function received;
  if (pipe(ends) == 0 && write(ends[1], &sent, sizeof sent) > 0 &&
      read(ends[0], &received, sizeof received) > 0)
    sum += received();  // EXPECT-UNRESOLVED: indirect call

  pthread_t id;
  struct task task = {thread, by_user_data};
  pthread_create(&id, NULL, task.run, &task);
  pthread_join(id, NULL);

  struct entry entry = {by_container, {NULL}};
  sum += walk(&entry.node);

  function biased[3] = {by_bias, by_bias, by_bias};
  function* from_one = biased - 1;
  sum += from_one[argc]();

  static jmp_buf buffer;
  function late = by_structure;
  if (setjmp(buffer) == 0) {
    late = by_jump;
    longjmp(buffer, 1);
  }
  sum += late();

  const intptr_t distance = (char*)by_relative - (char*)main;
  sum += ((function)((char*)main + distance))();

  function* grown = malloc(sizeof *grown);
  grown[0] = by_realloc;
  grown = realloc(grown, 20 * sizeof *grown);
  sum += grown[0]();

  int (*unprototyped)() = by_missing;
  sum += unprototyped(1, 2);

  struct operations fields = {"f", NULL, by_offset};
  const size_t offset = argc > 1 ? offsetof(struct operations, drop)
                                 : offsetof(struct operations, use);
  sum += (*(function*)((char*)&fields + offset))();

  struct { long pad; function list[]; }* tail = malloc(64);
  tail->list[3] = by_base;
  sum += tail->list[argc]();
  return sum;
}
