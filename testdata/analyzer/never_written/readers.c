// Globals that change, and who may change them by their address: reads_ do not.
#include <string.h>

char text[32];
static char out[64];
static const char* kept;

int length_of(const char* from) {
  int length = 0;
  while (from[length]) ++length;
  return length;
}
void upper(char* to) {
  if (*to >= 'a') *to -= 32;
}
void keep(const char* from) { kept = from; }
const char* pass_back(const char* from) { return from; }
extern void elsewhere(const char* from);

int reads_itself(void) { return text[3]; }
int reads_by_call(void) { return length_of(text) + (int)strlen(text); }
void reads_by_copy(void) { memcpy(out, text, sizeof text); }
int reads_by_pointer(int i) {
  const char* at = text + i;
  return at[0] + at[1];
}

void writes_itself(void) { text[0] = 'a'; }
void writes_by_call(void) { upper(text); }
void writes_by_copy(void) { memcpy(text, out, sizeof text); }
void writes_to_keep(void) { keep(text); }
const char* writes_by_result(void) { return text; }
char writes_perhaps(int i) {
  char* at = i ? text : out;
  return *pass_back(at);
}
void writes_elsewhere(void) { elsewhere(text); }
void writes_by_table(void (*what)(char*)) { what(text); }
long writes_as_number(void) { return (long)text; }
void writes_atomically(void) { __atomic_store_n(&text[1], 1, __ATOMIC_SEQ_CST); }
