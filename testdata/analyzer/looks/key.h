#ifndef KEY_H
#define KEY_H
struct key {
  char *bytes;
  int size;
};
typedef struct key KEY;
struct key *key_load(const char *name);
int key_size(const struct key *k);
void key_drop(KEY *k);
#endif
