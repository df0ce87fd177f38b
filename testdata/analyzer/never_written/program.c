// Each global's name says whether nothing may change it.
#include <stdio.h>
#include <string.h>

#include "shared.h"

struct pair {
  int *place;
  int count;
};

int yes_table[4] = {1, 2, 3, 4};
static char yes_text[] = "text";
static const char *yes_words[] = {"a", "b"};
static unsigned char yes_copied[16] = {7};
static int yes_compared = 3;
static int yes_passed[4] = {1, 2};
static struct pair yes_struct = {0, 4};
static int yes_unused = 4;
int yes_extern_read = 9;
static int yes_array_walked[8];
static const int const_table[2] = {1, 2};

int no_written_in_header;
int no_extern_of_other_type;
int no_stored;
static int no_cast_away = 1;
static int no_in_struct = 1;
static struct pair yes_holder = {&no_in_struct, 1};
static unsigned char no_copied_to[16];
static int no_scanned;
static int no_in_assembly;
static int no_named_in_assembly;
static int no_first_passed[4];
static int no_kept[4];
static int no_returned[4];
int no_aliased = 5;
extern int alias_of_it __attribute__((alias("no_aliased")));
__attribute__((weak)) int no_weak = 6;
static volatile int no_volatile = 7;
static _Thread_local int no_thread_local = 8;
static int no_to_pointer_call[4];
static int no_as_number;
static int no_atomic;
static int no_set[4];
static int no_in_local_struct;
static int no_through_array[2];
static int no_in_own_section __attribute__((section("mine"))) = 1;
static int no_kept_by_attribute __attribute__((used)) = 1;
static int no_by_choice_a, no_by_choice_b;
static int no_printed_into;
static int no_variadic;
static int no_swapped;
static int no_through_swap;
static int *no_pointer = &no_through_swap;

static int sum(const int *values) {
  int total = 0;
  for (int i = 0; i < 4; ++i) total += values[i];
  return total;
}

static void set_first(int *values) { values[0] = 1; }
static void set_behind_const(const int *values) { *(int *)values = 1; }
static const int *kept;
static void keep(const int *values) { kept = values; }
static const int *same(const int *values) { return values; }
static int count(int first, ...) { return first; }

static int local_state(void) {
  static int no_counted;
  static int yes_local_table[2] = {1, 2};
  return ++no_counted + yes_local_table[1];
}

int main(int argc, char **argv) {
  unsigned char copy[16];
  struct pair local = {&no_in_local_struct, 1};
  int *both[2] = {no_through_array, 0};
  void (*setter)(int *) = argc > 3 ? set_first : 0;
  int total = yes_table[argc & 3] + yes_struct.count + yes_extern_read;
  memcpy(copy, yes_copied, sizeof copy);
  memcpy(no_copied_to, copy, sizeof copy);
  total += sum(yes_passed) + const_table[argc & 1];
  for (int *p = yes_array_walked; p != yes_array_walked + 8; ++p) total += *p;
  if (&yes_compared == (int *)argv) ++total;
  total += yes_compared + (int)sizeof yes_unused;
  printf("%s %s\n", yes_text, yes_words[argc & 1]);
  no_stored = total;
  set_behind_const(&no_cast_away);
  *yes_holder.place = 2;
  if (scanf("%d", &no_scanned) != 1) ++total;
  __asm__ volatile("incl %0" : "+m"(no_in_assembly));
  __asm__ volatile("incl no_named_in_assembly(%%rip)" : : : "memory");
  set_first(&no_first_passed[0]);
  keep(no_kept);
  *(int *)kept = 3;
  *(int *)same(no_returned) = 1;
  alias_of_it = 2;
  if (setter) setter(no_to_pointer_call);
  *(int *)((unsigned long)&no_as_number + 0) = 1;
  __atomic_fetch_add(&no_atomic, 1, __ATOMIC_SEQ_CST);
  memset(no_set, 0, sizeof no_set);
  *local.place = 1;
  both[argc & 1][0] = 4;
  *(argc > 1 ? &no_by_choice_a : &no_by_choice_b) = 1;
  printf("%d%n", total, &no_printed_into);
  total += count(1, &no_variadic);
  __atomic_compare_exchange_n(&no_swapped, &total, 1, 0, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  *no_pointer = total;
  no_pointer = &total;
  set_in_header();
  return total + no_written_in_header + no_aliased + no_weak + no_volatile +
         no_thread_local + no_in_own_section + no_kept_by_attribute +
         local_state() + no_named_in_assembly;
}

// Another unit takes it for const, and its address away.
int no_const_elsewhere = 1;
int read_const_elsewhere(void) { return no_const_elsewhere; }

// In a section that the linker gives a name to begin and end with.
#pragma clang section data = "settings"
int no_section_by_pragma = 1;
#pragma clang section data = ""
int read_section_by_pragma(void) { return no_section_by_pragma; }

// Another may be linked in its place.
static int no_passed_to_weak = 1;
__attribute__((weak)) int show_weakly(const int *value) { return *value; }
int pass_to_weak(void) { return show_weakly(&no_passed_to_weak); }
