// Signs what strangers bring, each line an order:
//
//   new office TITLE     a stamp of that key; it gets the next number
//   new notary TITLE
//   sign NUMBER TEXT     the signature, in hexadecimal
//   public NUMBER        the key to check it with
//   end NUMBER
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault.h"

enum { kMostStamps = 64, kMostLine = 400 };

struct desk {
  EVP_PKEY *office;
  EVP_PKEY *notary;
  struct stamp *stamps[kMostStamps];
  unsigned used;
};

static void print_bytes(const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) printf("%02x", bytes[i]);
  printf("\n");
}

static void open_stamp(struct desk *desk, const char *which,
                       const char *title) {
  EVP_PKEY *key = strcmp(which, "office") == 0 ? desk->office : desk->notary;
  if (desk->used == kMostStamps) {
    printf("full\n");
    return;
  }
  struct stamp *stamp = stamp_new(key, title);
  printf(stamp != NULL ? "stamp %u\n" : "none\n", desk->used);
  desk->stamps[desk->used++] = stamp;
}

static struct stamp **find(struct desk *desk, const char *number) {
  const unsigned long index = strtoul(number, NULL, 10);
  if (index >= desk->used || desk->stamps[index] == NULL) return NULL;
  return &desk->stamps[index];
}

static void use_stamp(struct stamp **place, const char *verb,
                      const char *text) {
  unsigned char bytes[64];
  if (strcmp(verb, "sign") == 0 && stamp_sign(*place, text, bytes) == 0) {
    print_bytes(bytes, 64);
  } else if (strcmp(verb, "public") == 0 && stamp_public(*place, bytes) == 0) {
    print_bytes(bytes, 32);
  } else if (strcmp(verb, "end") == 0) {
    printf("ended after %u\n", stamp_count(*place));
    stamp_free(*place);
    *place = NULL;
  } else {
    printf("refused\n");
  }
}

static void take_order(struct desk *desk, char *line) {
  char *verb = strtok(line, " \n");
  char *first = strtok(NULL, " \n");
  char *rest = strtok(NULL, "\n");
  if (verb == NULL || first == NULL) {
    printf("malformed\n");
  } else if (strcmp(verb, "new") == 0 && rest != NULL) {
    open_stamp(desk, first, rest);
  } else {
    struct stamp **place = find(desk, first);
    if (place == NULL) {
      printf("no such stamp\n");
    } else {
      use_stamp(place, verb, rest != NULL ? rest : "");
    }
  }
}

static void leave(struct desk *desk) {
  for (unsigned i = 0; i < desk->used; ++i) stamp_free(desk->stamps[i]);
  vault_drop(desk->office);
  vault_drop(desk->notary);
}

int main(void) {
  char line[kMostLine];
  struct desk desk = {vault_office_key(), vault_notary_key(), {NULL}, 0};
  if (desk.office == NULL || desk.notary == NULL || desk.office == desk.notary)
    return 1;
  while (fgets(line, sizeof line, stdin) != NULL) take_order(&desk, line);
  leave(&desk);
  return 0;
}
