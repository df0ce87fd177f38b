#include "keeper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools.h"

/* Only here: a test looks for it in the other portion's program. */
static const char keeper_mark[] = "the keeper's own constant";

static unsigned char secret[16] = {'s', 'e', 'c', 'r', 'e', 't', '-', 'k',
                                   'e', 'y', '-', 'b', 'y', 't', 'e', 's'};
static long total = 100, last = -1;
static const char* const greetings[] = {"hello", keeper_mark};

static void remember(long amount) {
  static int calls;
  last = amount;
  total += amount + ++calls;
}

int keeper_open(const char* name) {
  if (name == NULL) return -1;
  printf("keeper: %s %s (%s)\n", greetings[0], name, greetings[1]);
  remember((long)strlen(name));
  return (int)total;
}

void keeper_close(void) { memset(secret, 0, sizeof secret); }

int keeper_add(int amount, bool is_refund, unsigned char weight) {
  remember(is_refund ? -amount : amount * weight);
  return (int)total;
}

double keeper_average(double a, float b) { return (a + b + total) / 3; }

enum mood keeper_mood(enum mood mood, long long big) {
  remember((long)(big >> 40));
  return mood == MOOD_CALM && last > 0 ? MOOD_CROSS : MOOD_CALM;
}

struct pair keeper_swap(struct pair pair) {
  struct pair swapped;
  memset(&swapped, 0x5a, sizeof swapped);
  swapped.name = (char)(pair.name + 1);
  swapped.value = pair.value ^ (int)total;
  return swapped;
}

int keeper_sum(const struct ledger* ledger) {
  if (ledger == NULL) return -1;
  return (int)(ledger->total + ledger->history[2] + ledger->part.tag +
               (int)ledger->part.weight + ledger->is_open + last);
}

void keeper_update(struct ledger* ledger) {
  struct ledger next;
  memset(&next, 0x5a, sizeof next);
  next.initial = ledger->initial;
  next.total = ledger->total + total;
  next.is_open = !ledger->is_open;
  next.part.tag = (short)(ledger->part.tag * 2);
  next.part.weight = ledger->part.weight / 2;
  memcpy(next.history, ledger->history, sizeof next.history);
  next.history[0]++;
  *ledger = next;
}

int keeper_report(struct ledger* ledger) {
  if (ledger == NULL) return (int)mix(total, 1);
  memset(ledger, 0x5a, sizeof *ledger);
  ledger->initial = 'k';
  ledger->total = total;
  ledger->is_open = true;
  ledger->part.tag = 5;
  ledger->part.weight = 1.5;
  memset(ledger->history, 0, sizeof ledger->history);
  return 0;
}

unsigned keeper_digest(const unsigned char key[static 16],
                       unsigned char out[static 8]) {
  unsigned sum = 0;
  for (int i = 0; i < 16; ++i) {
    sum = (unsigned)mix(sum, key[i] ^ secret[i]);
    out[i % 8] = (unsigned char)(out[i % 8] + sum);
  }
  return sum;
}

long keeper_checksum(const unsigned char* bytes, size_t size) {
  long sum = total;
  if (bytes == NULL) return -1;
  for (size_t i = 0; i < size; ++i) sum = mix(sum, bytes[i]);
  return sum;
}

int keeper_fill(int count, unsigned short* values) {
  for (int i = 0; i < count; ++i) {
    values[i] = (unsigned short)(limit(i * 300) + total);
  }
  return count;
}

void keeper_rotate(int* values, size_t count) {
  if (count == 0) return;
  const int first = values[0];
  for (size_t i = 1; i < count; ++i) values[i - 1] = values[i];
  values[count - 1] = first + (int)last;
}

bool keeper_last(long* amount) {
  if (amount != NULL) *amount = last;
  return amount != NULL;
}

int keeper_fail(int code) {
  if (code != 0) errno = code;
  return total > 0 ? -1 : 0;
}

void keeper_say(const char* text) {
  remember(1);
  printf("keeper says %s", text != NULL ? text : "nothing\n");
  printf("(%s:%d)\n", __FILE__, __LINE__);
}
