// Each global's name says how many values can be told: `n3_…`; `n0_…` are those
// of which something may be missed.
#include "shared.h"

#include <stdio.h>
#include <string.h>

static int plus(int a) { return a + 1; }

struct row rows[3] = {{"one", plus, {1}, -1}, {"two", minus, {2}, 22}};
static struct row walked[2] = {{"three", plus, {3}, 33}};
static struct row empty[4];

// ---- What tables have ----
int (*n3_function)(int);         // null, plus, minus
const char *n3_text;             // null, "one", "two"
int n3_number;                   // 0, -1, 22
unsigned char *n0_member;        // an address in the table
int (*n2_walked_function)(int);  // null, plus
int n0_walked_number;            // a pointer goes through the table
int n0_filled;                   // by a function that gets its rows
int n0_member_number;            // a member whose address is kept

void choose(int i) {
  n3_function = rows[i].call;
  n3_text = rows[i].name;
  n3_number = rows[i].number;
  n0_member = rows[i].bytes;
  n0_member_number = rows[i].bytes[0];
  rows[i].enabled = 1;
  n2_walked_function = walked[i].call;
  n0_walked_number = walked[i].number;
  n0_filled = empty[i].number;
}

void walk(void) {
  for (struct row *at = walked; at->name; ++at) at->number += 1;
  for (int i = 0; i < 4; ++i) fill(&empty[i]);
  for (int i = 0; i < 3; ++i) memset(&rows[i], 0, sizeof rows[i]);
}

// ---- What the code says ----
int n3_level;               // 0, 1, 2
enum mood n2_mood = MILD;   // 1, 0
const char *n3_given = "";  // "", "a", "b"
static int n2_static = 5;   // 5, 6
int n4_wide;                // 0, and the ends
int n0_counted;
int n0_read;
int n0_addressed;
int n0_partly;
int n0_never_stored = 3;
volatile int n2_volatile;
_Thread_local int n0_thread;
const char *n0_mutable_text;
const char *n0_computed_text;
int (*n0_library_function)(const char *);
int (*n0_called_back)(int);
long n2_shared;  // other.c stores it, too
int n0_shared;   // other.c stores what it is given

static char mutable_text[] = "m";

static void give(const char *text) { n3_given = text; }
void anyone(int (*call)(int)) { n0_called_back = call; }
void (*anyone_too)(int (*)(int)) = anyone;

int main(int argc, char **argv) {
  choose(argc);
  walk();
  n3_level = argc > 2 ? 2 : 1;
  n2_mood = WILD;
  give("a");
  give("b");
  if (argc > 3) n2_static = 6;
  n4_wide = 0x7fffffff;
  if (argc > 4) n4_wide = -0x7fffffff - 1;
  if (argc > 5) n4_wide = -1;
  n0_counted++;
  n0_read = argc;
  scanf("%d", &n0_addressed);
  n0_addressed = 1;
  *(char *)&n0_partly = 1;
  n2_volatile = 1;
  n0_thread = 1;
  n0_mutable_text = mutable_text;
  n0_computed_text = argv[0];
  n0_library_function = puts;
  anyone(plus);
  anyone_too(minus);
  n2_shared = 1;
  n0_shared = 1;
  printf("%d", n2_static);
  return n0_never_stored;
}
