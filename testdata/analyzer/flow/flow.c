// Read by tests/analyzer/flow/flow_test.cc, which looks things up by name.
#include <string.h>

struct flat {
  int a;
  double b[3];
};
struct with_pointer {
  char* text;
};
enum color { RED, GREEN };

int written;
static int only_read = 3;
static const int kLimit = 10;
static char escaping[16];
static int first, second;
static _Thread_local int per_thread;
static struct flat record;

__attribute__((access(write_only, 1, 2))) void fill(unsigned char* bytes,
                                                    unsigned long count);

void fill(unsigned char* bytes, unsigned long count) {
  memset(bytes, only_read, count);
}

enum color mix(const unsigned char key[static 32], struct flat* flat,
               const char* name, struct with_pointer* pointer) {
  static int calls;
  ++calls;
  flat->a = key[0] + (int)strlen(name) + (pointer->text != 0);
  return flat->a > kLimit ? RED : GREEN;
}

static inline __attribute__((noinline)) int touch(struct flat by_value, ...) {
  written = by_value.a;
  record.a = first + second;
  return per_thread++;
}

int main(void) {
  unsigned char key[32];
  struct with_pointer pointer = {escaping};
  fill(key, sizeof key);
  mix(key, &record, "name", &pointer);
  return touch(record);
}
