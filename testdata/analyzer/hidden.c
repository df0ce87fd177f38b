// Functions that no source calls: sections, libraries and the compiler do.
// BUILD: -O1 -finstrument-functions
#define QUIET __attribute__((no_instrument_function))
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>

// A linker gathers a section's parts, and here their reader is the C runtime.
QUIET static void before(void) { (void)swapoff("/n"); }  // EXPECT: swapoff over-approximated
__attribute__((section(".init_array"), used)) static void (*entry)(void) = before;

// Clearing a structure calls it.
QUIET void* memset(void* bytes, int value, size_t size) {
  char* to = bytes;
  (void)umount("/n");  // EXPECT: umount2 over-approximated
  while (size-- > 0) to[size] = (char)value;
  return bytes;
}

// Libraries call malloc, and do not mind what is behind it.
static char pool[1 << 16];
QUIET static void* take(size_t size) {
  static size_t used;
  (void)chroot("/n");  // EXPECT: chroot over-approximated
  used += size;
  return &pool[used - size];
}
void* malloc(size_t size) __attribute__((alias("take")));

// Compilers write puts for it: this one is called without being named.
static int say(const char* text) { return acct(text); }  // EXPECT: acct over-approximated
int puts(const char* text) __attribute__((alias("say")));

// Each function is made to call these.
QUIET void __cyg_profile_func_enter(void* self, void* caller) {
  (void)self, (void)caller;
  (void)sethostname("", 0);  // EXPECT: sethostname proved
}
QUIET void __cyg_profile_func_exit(void* self, void* caller) {
  (void)self, (void)caller;
  sync();  // EXPECT: sync proved
}

int main(void) {
  char large[4096] = {0};
  void* found = dlsym(NULL, "any");  // EXPECT-RESOLVED: dlsym
  printf("hello\n");
  return found == NULL && large[1] == 1;
}
