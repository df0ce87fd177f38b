// Puts a program as it is under its second filter where its report says that
// serving begins: what the call of bailey_serving() would do there.
//
// cc -shared -fPIC -Wl,-z,now -I. -DPLACE='"place.inc"' serving_switch.c
// ../runtime/serving.c
//
// Loaded before the program's libraries (LD_PRELOAD), it puts breakpoints at
// the instructions of that place; whichever is reached first takes all away,
// installs the filter, and goes on. `serving.py` writes place.inc: kPlaces,
// kFilter. Another program, which has other instructions there, is left alone.

#define _GNU_SOURCE

#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "runtime/serving.h"
#include "runtime/serving_filter.h"

enum { kBytes = 16, kBreakpoint = 0xcc };

typedef struct {
  uintptr_t address;  // in the file
  unsigned char bytes[kBytes];
} Place;

#include PLACE

enum { kPlaceCount = sizeof(kPlaces) / sizeof(kPlaces[0]) };

static uintptr_t base;

static unsigned char* At(int place) {
  return (unsigned char*)(base + kPlaces[place].address);
}

// SAFETY: the bytes are those of the program's own code, which Find has seen.
static void SetFirstBytes(int are_breakpoints) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < kPlaceCount; ++i) {
    void* start = (void*)((uintptr_t)At(i) & ~(page - 1));
    if (mprotect(start, page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
      __builtin_trap();
    At(i)[0] = are_breakpoints ? kBreakpoint : kPlaces[i].bytes[0];
    if (mprotect(start, page, PROT_READ | PROT_EXEC) != 0) __builtin_trap();
  }
}

static void OnBreakpoint(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)info;
  greg_t* next = &((ucontext_t*)context)->uc_mcontext.gregs[REG_RIP];
  SetFirstBytes(0);
  bailey_serving();
  *next -= 1;
}

// Whether this process runs the program of kPlaces.
static int Find(void) {
  // SAFETY: the kernel says where the program headers are, and how many.
  const ElfW(Phdr)* headers = (const ElfW(Phdr)*)getauxval(AT_PHDR);
  const int count = (int)getauxval(AT_PHNUM);
  uintptr_t start = 0;
  uintptr_t end = 0;
  for (int i = 0; i < count; ++i) {
    if (headers[i].p_type == PT_PHDR)
      base = (uintptr_t)headers - headers[i].p_vaddr;
    if (headers[i].p_type != PT_LOAD || (headers[i].p_flags & PF_X) == 0)
      continue;
    start = headers[i].p_vaddr;
    end = start + headers[i].p_memsz;
  }
  for (int i = 0; i < kPlaceCount; ++i) {
    if (kPlaces[i].address < start || kPlaces[i].address + kBytes > end)
      return 0;
    if (memcmp(At(i), kPlaces[i].bytes, kBytes) != 0) return 0;
  }
  return 1;
}

__attribute__((constructor)) static void Start(void) {
  if (!Find()) return;
  memcpy(bailey_serving_filter, kFilter, sizeof(kFilter));
  bailey_serving_instructions = sizeof(kFilter) / sizeof(kFilter[0]);
  struct sigaction action = {.sa_flags = SA_SIGINFO};
  action.sa_sigaction = OnBreakpoint;
  if (sigaction(SIGTRAP, &action, NULL) != 0) __builtin_trap();
  SetFirstBytes(1);
}
