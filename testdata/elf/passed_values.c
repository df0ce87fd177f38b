// Values that pass through functions on their way to system calls: what
// analyzer/elf/passed_arguments.h follows. Nothing is inlined or cloned.
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __clang__
#define KEEP __attribute__((noinline, used, visibility("default")))
#else
#define KEEP __attribute__((noipa, used))
#endif

KEEP long raw(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

// Three ways to be called, of which one is through another function.
KEEP int ask(int fd, int command) {
  return (int)raw(SYS_fcntl, fd, command, 0);
}
KEEP int ask_for(int fd, int what) { return ask(fd, what) + 1; }
KEEP int asks(int fd) { return ask(fd, F_GETFL) + ask_for(fd, F_GETFD); }
KEEP int asks_by(int fd, int what) { return ask_for(fd, what) + 1; }

// Also called by whoever has its address.
KEEP int advise(int fd, int advice) {
  return (int)raw(SYS_madvise, fd, 0, advice);
}
int (*volatile adviser)(int, int);
KEEP int advises(int fd) {
  adviser = advise;
  return advise(fd, 4) + adviser(fd, 9);
}

// Is called again, with another value, by what it calls.
KEEP int falls(int fd, int option);
KEEP int falls_back(int fd) { return falls(fd, 3) + 1; }
KEEP int falls(int fd, int option) {
  const int result = (int)raw(SYS_prctl, option, fd, 0);
  return option == 3 ? result : falls_back(fd) + result;
}

// What is passed is computed.
KEEP int kills(int fd) { return (int)raw(SYS_kill, 0, fd * 3, 0); }

KEEP int opens(const char* path, const char* mode) {
  FILE* file = fopen(path, mode);
  return file == NULL ? 1 : fclose(file);
}
KEEP int opens_known(const char* path) { return opens(path, "a+xe") + 1; }

int main(int argc, char** argv) {
  return asks(argc) + asks_by(argc, argc) + advises(argc) + falls(argc, 4) +
         kills(argc) + opens(argv[0], argv[argc - 1]) + opens_known(argv[0]);
}
