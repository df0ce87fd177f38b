/* On the command line of every unit, with -include. */
#ifndef SEAL_COMPAT_H
#define SEAL_COMPAT_H

#define _GNU_SOURCE 1
#include <stddef.h>
#include <stdint.h>

#define ends __attribute__((noreturn))
#define CLONE(to, from) __typeof(to) to __attribute__((alias(#from)))

/* The library's own names, so that it can be linked beside another. */
#define sum_start seal_ref_sum_start
#define sum_add seal_ref_sum_add
#define mix seal_ref_mix

void wipe(void* memory, size_t size);

#endif
