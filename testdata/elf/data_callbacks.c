/* Functions that only data names, each with a system call that nothing else
 * here makes, reached by the references that compilers make: into the middle,
 * before the beginning and past the end of tables, by way of other data, by
 * sections that are walked through. All of them run. */

#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>

#define NOINLINE __attribute__((noinline, used))

/* Without libc's functions, whose own calls would hide a miss. */
static inline long Enter(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

#define CALLBACK(name, number) \
  static NOINLINE long name(void) { return Enter(number, 0, 0, 0); }

typedef long (*Callback)(void);

CALLBACK(InTable, SYS_getpriority)
CALLBACK(InLaterRow, SYS_getpgid)
CALLBACK(BeforeStart, SYS_getsid)
CALLBACK(FromEnd, SYS_sched_rr_get_interval)
CALLBACK(BehindPointer, SYS_capget)
CALLBACK(InSection, SYS_getrusage)
CALLBACK(InOtherSection, SYS_times)
CALLBACK(InWritable, SYS_getgroups)
CALLBACK(InLocal, SYS_umask)
CALLBACK(InThread, SYS_personality)
CALLBACK(InUnsized, SYS_getitimer)
CALLBACK(Copied, SYS_timerfd_create)
CALLBACK(ByField, SYS_inotify_init1)
CALLBACK(BySwitch, SYS_epoll_create1)
CALLBACK(Biased, SYS_eventfd2)
CALLBACK(Neighbour, SYS_sched_get_priority_max)
CALLBACK(Chosen, SYS_mlock)
CALLBACK(Other, SYS_munlock)
CALLBACK(Nothing, SYS_getpid)
CALLBACK(Dead, SYS_sysfs)

static long sum;
static volatile size_t one = 1;

/* Two rows of a struct; the code has the second's address. */
struct Row {
  const char* name;
  Callback call;
};
static const struct Row rows[] = {{"a", InTable}, {"b", InLaterRow}};

static NOINLINE void CallRows(void) {
  for (const struct Row* row = rows; row < rows + 2; ++row) sum += row->call();
}

/* Of a function that nothing calls: what it does is not done. Other data, and
 * the linker's marks at ends of sections, are far. */
#define FAR __attribute__((section(".data.far"), used))
static char far_before[512] FAR = {1};
static struct Row dead_rows[] FAR = {{"c", Dead}, {"d", Nothing}};
static char far_behind[512] FAR = {1};

static NOINLINE void NeverCalled(size_t which) {
  sum += dead_rows[which].call();
}

/* Counted from one: the compiler's address lies before the table. */
static Callback const from_one[] = {BeforeStart, Nothing};

static NOINLINE void CallFromOne(void) {
  sum += from_one[(ptrdiff_t)one - 1]();
}

/* Counted from a hundred: it lies in quite other data. */
static Callback const from_hundred[] = {Nothing, Biased, Nothing};

static NOINLINE void CallFromHundred(ptrdiff_t which) {
  sum += from_hundred[which - 100]();
}

/* Walked backwards: the code has the end alone. */
static Callback const backwards[] = {FromEnd, Nothing, Nothing};

static NOINLINE void CallBackwards(void) {
  const Callback* next = backwards + 3;
  for (int left = 3; left > 0; --left) sum += (*--next)();
}

/* By way of a pointer in other data. */
static Callback const behind[] = {BehindPointer};
static Callback const* const pointer = behind;
static Callback const* const* volatile pointer_to_pointer = &pointer;

static NOINLINE void CallBehind(void) { sum += (**pointer_to_pointer)(); }

/* A linker set. */
#define IN_SECTION(name) __attribute__((section(name), used))
static Callback const first IN_SECTION("bailey_set") = InSection;
static Callback const second IN_SECTION("bailey_set") = InOtherSection;
extern Callback const __start_bailey_set[], __stop_bailey_set[];

static NOINLINE void CallSection(void) {
  for (const Callback* each = __start_bailey_set; each < __stop_bailey_set;
       ++each)
    sum += (*each)();
}

/* A word that may be changed, and one that is: loads of a single word. */
static Callback writable = InWritable;
static Callback chosen = Other;

NOINLINE void Choose(void) { chosen = Chosen; }

static NOINLINE void CallWritable(void) {
  sum += writable();
  sum += chosen();
  Choose();
  sum += chosen();
}

/* A table that is built on the stack, from constants without a name. */
static NOINLINE void CallLocal(size_t which) {
  const Callback table[] = {Nothing, InLocal, Nothing, InLocal};
  sum += table[which]();
}

static __thread Callback in_thread = InThread;

/* Of assembly, without a size. */
__asm__(
    ".section .data.rel.ro.local,\"aw\"\n"
    ".balign 8\n"
    "unsized_table:\n"
    ".quad 0\n"
    ".quad InUnsized\n"
    ".text\n");
extern Callback const unsized_table[] __attribute__((visibility("hidden")));

/* Copied as a whole, called from the copy. */
struct Operations {
  long padding[6];
  Callback call;
};
static const struct Operations operations = {{1, 2, 3, 4, 5, 6}, Copied};
static const struct Operations by_field = {{1, 2, 3, 4, 5, 6}, ByField};

static NOINLINE void CallCopy(void) {
  volatile struct Operations copy;
  for (size_t i = 0; i < sizeof(copy); ++i)
    ((volatile char*)&copy)[i] = ((const char*)&operations)[i];
  sum += copy.call();
}

static NOINLINE long CallThrough(const long* field) {
  const struct Operations* all =
      (const struct Operations*)((const char*)field -
                                 offsetof(struct Operations, padding[3]));
  return all->call();
}

/* A choice among objects, which compilers make a table of. */
static const struct Operations switched[] = {{{1}, BySwitch}, {{2}, BySwitch}};
static const struct Operations neighbour = {{1}, Neighbour};

static NOINLINE const struct Operations* Select(size_t which) {
  switch (which) {
    case 0:
      return &switched[0];
    case 1:
      return &neighbour;
    case 2:
      return &switched[1];
    case 3:
      return &operations;
    default:
      return &by_field;
  }
}

int main(void) {
  CallRows();
  CallFromOne();
  CallFromHundred(100 + (ptrdiff_t)one);
  CallBackwards();
  CallBehind();
  CallSection();
  CallWritable();
  CallLocal(one);
  sum += in_thread();
  sum += unsized_table[one]();
  CallCopy();
  sum += CallThrough(&by_field.padding[3]);
  for (size_t i = 0; i < 3; ++i) sum += Select(i * one)->call();
  return printf("%ld\n", sum) < 0;
}
