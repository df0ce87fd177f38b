/* A portion's interface with every way in which something can cross. */
#ifndef KEEPER_H_
#define KEEPER_H_

#include <stdbool.h>
#include <stddef.h>

#if defined(__clang__)
#define ACCESS(...) __attribute__((annotate("access(" #__VA_ARGS__ ")")))
#else
#define ACCESS(...) __attribute__((access(__VA_ARGS__)))
#endif

enum mood { MOOD_CALM = 3, MOOD_CROSS = 70000 };

/* Has padding after `initial`, `is_open` and `part.tag`. */
struct ledger {
  char initial;
  long total;
  bool is_open;
  struct {
    short tag;
    double weight;
  } part;
  int history[3];
};

struct pair {
  char name;
  int value;
};

int keeper_open(const char* name);
void keeper_close(void);
int keeper_add(int amount, bool is_refund, unsigned char weight);
double keeper_average(double a, float b);
enum mood keeper_mood(enum mood mood, long long big);
struct pair keeper_swap(struct pair pair);
int keeper_sum(const struct ledger* ledger);
void keeper_update(struct ledger* ledger);
ACCESS(write_only, 1)
int keeper_report(struct ledger* ledger);
unsigned keeper_digest(const unsigned char key[static 16],
                       unsigned char out[static 8]);
ACCESS(read_only, 1, 2)
long keeper_checksum(const unsigned char* bytes, size_t size);
ACCESS(write_only, 2, 1)
int keeper_fill(int count, unsigned short* values);
ACCESS(read_write, 1, 2)
void keeper_rotate(int* values, size_t count);
ACCESS(write_only, 1)
bool keeper_last(long* amount);
int keeper_fail(int code);
void keeper_say(const char* text);

#endif /* KEEPER_H_ */
