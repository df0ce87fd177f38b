// Copies of what a client sent (crossing.h: bailey_guard()), each in a slot of
// its own between pages that fault.
//
// How far a function reaches behind a pointer may have been inferred from its
// code, and be wrong for arguments that only an attacker passes. In a message a
// byte too far is a neighbour's; here it is SIGSEGV, and the portion ends. A
// copy ends where the guard behind it begins, but for at most 15 bytes that its
// alignment takes. In front of it, and in those, are zeros up to the guard:
// less than the copy's own size again, or than a page. Who reads there learns
// nothing; who has written there is found when the call is over, and the
// portion ends. The kernel does not fault: a system call that is told to read
// or write too far stops at the guard, or gives EFAULT.
//
// All slots are reserved when a server's channel is attached, before the
// filter; a call makes no system call. Nothing of a copy is left when the next
// request is looked at. For the one thread that serves (serve.h).

#ifndef BAILEY_RUNTIME_GUARDED_H_
#define BAILEY_RUNTIME_GUARDED_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/crossing.h"

#ifdef __cplusplus
extern "C" {
#endif

// Makes the slots for messages of at most `capacity` bytes; once is enough for
// several channels whose capacity is no larger. Ends the process with a message
// where the address space has no room for them (guard_layout.h says how much).
// Makes mmap, and rt_sigaction for bailey_guards_tell_faults().
void bailey_guards_reserve(uint32_t capacity);

// Ends the process if a function wrote outside its copies. After the call.
void bailey_guards_check(void);

// Wipes all copies and gives their slots back.
void bailey_guards_close(void);

// Whether it points among the slots.
int bailey_guards_hold(const void* pointer);

// A parameter of the call that goes on.
struct bailey_guarded_name {
  const char* function;
  const char* parameter;
};

// Of the copy whose guards `address` lies in; without one, nulls.
struct bailey_guarded_name bailey_guards_name(const void* address);

// Before a fault in a guard ends the process, stderr says which parameter's it
// is. Does nothing where the program's start has a handler of its own.
void bailey_guards_tell_faults(void);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_GUARDED_H_
