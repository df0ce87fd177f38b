#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "keeper.h"
#include "tools.h"

/* A seed in the same file as main, and with internal linkage. */
static int vault[4] = {1, 2, 3,
                       4}; /* an initializer of two lines */
static int open_vault(int index, int value)
{
  /* several lines, so that the stub changes their number */
  if (index < 0 || index >= 4) return -1;
  const int before = vault[index];
  vault[index] = value;
  return before;
}

static void show(const char* name, const struct ledger* ledger) {
  printf("%s: %c %ld %d %d %g %d %d %d\n", name, ledger->initial,
         ledger->total, ledger->is_open, ledger->part.tag, ledger->part.weight,
         ledger->history[0], ledger->history[1], ledger->history[2]);
  journal_note();
}

static void use_values(void) {
  printf("open %d\n", keeper_open("the vault"));
  printf("open %d\n", keeper_open(NULL));
  printf("add %d\n", keeper_add(7, true, 3));
  printf("add %d\n", keeper_add(-7, false, 200));
  printf("average %.6f\n", keeper_average(2.5, 0.25f));
  printf("mood %d\n", (int)keeper_mood(MOOD_CALM, 1ll << 60));
  struct pair pair = {'a', 12345};
  pair = keeper_swap(pair);
  printf("pair %c %d\n", pair.name, pair.value);
}

static void use_structures(void) {
  struct ledger ledger = {'x', 10, false, {7, 2.75}, {1, 2, 3}};
  printf("sum %d %d\n", keeper_sum(&ledger), keeper_sum(NULL));
  keeper_update(&ledger);
  show("updated", &ledger);
  printf("report %d\n", keeper_report(&ledger));
  show("reported", &ledger);
  printf("report %d\n", keeper_report(NULL));
}

static void use_arrays(void) {
  const unsigned char key[16] = "0123456789abcde";
  unsigned char out[8] = "ABCDEFG";
  unsigned short values[20];
  int numbers[5] = {1, 2, 3, 4, 5};
  printf("digest %u", keeper_digest(key, out));
  for (int i = 0; i < 8; ++i) printf(" %02x", out[i]);
  printf("\nchecksum %ld %ld %ld\n", keeper_checksum(key, sizeof key),
         keeper_checksum(key, 0), keeper_checksum(NULL, 0));
  printf("fill %d", keeper_fill(20, values));
  for (int i = 0; i < 20; ++i) printf(" %d", values[i]);
  keeper_rotate(numbers, 5);
  printf("\nrotated %d %d\n", numbers[0], numbers[4]);
}

int main(int argc, char** argv) {
  long amount = 0;
  use_values();
  use_structures();
  use_arrays();
  printf("last %d", keeper_last(&amount));
  printf(" %ld %d\n", amount, keeper_last(NULL));
  errno = 0;
  printf("fail %d", keeper_fail(ENOENT));
  printf(" %d\n", errno == ENOENT);
  printf("kept %d", keeper_fail(0));
  printf(" %d\n", errno == ENOENT);
  printf("vault %d", open_vault(2, 30));
  printf(" %d %d\n", open_vault(2, 0), open_vault(9, 0));
  printf("before, ");
  keeper_say("this comes between");
  printf("after at %s:%d, %ld\n", __FILE__, __LINE__, mix(journal_notes, 1));
  keeper_close();
  if (argc > 1 && strcmp(argv[1], "pad") == 0) {
    struct ledger ledger = {0};
    keeper_update(&ledger);
  }
  if (argc > 1 && strcmp(argv[1], "overlap") == 0) {
    unsigned char both[16] = {0};
    keeper_digest(both, both + 8);
  }
  if (argc > 1 && strcmp(argv[1], "null") == 0) {
    const unsigned char* volatile none = NULL;
    printf("%ld\n", keeper_checksum(none, 4));
  }
  if (argc > 1 && strcmp(argv[1], "large") == 0) {
    unsigned char* large = calloc(1, 1 << 20);
    printf("%ld\n", keeper_checksum(large, 1 << 20));
  }
  return 0;
}
