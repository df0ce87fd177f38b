/* What `make fuzz-keeper` must find: PLANTED says which mistake the trusted
 * portion has; 0: none. */
#ifndef VAULT_H_
#define VAULT_H_

#include <stddef.h>

#if defined(__clang__)
#define ACCESS(...) __attribute__((annotate("access(" #__VA_ARGS__ ")")))
#else
#define ACCESS(...) __attribute__((access(__VA_ARGS__)))
#endif

#ifndef PLANTED
#define PLANTED 0
#endif

struct total {
  long sum;
  int calls;
};

/* The key's first byte, or -1; ends the program where the key is too short. */
int vault_open(const char* path);
ACCESS(read_only, 1, 2)
long vault_add(const unsigned char* bytes, size_t count);
/* Chooses one of four places; -1 where there is none such. */
int vault_choose(unsigned place);
void vault_put(int value);
ACCESS(write_only, 1, 2)
int vault_list(int* values, unsigned count);
int vault_total(struct total* total);

#endif /* VAULT_H_ */
