// What the programs of this folder share: functions to call, and numbers that
// no compiler knows.
#ifndef CALLS_H_
#define CALLS_H_
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
typedef void (*F)(void);
static int n;
static void a(void) { n += 1; }
static void b(void) { n += 2; }
static void c(void) { n += 3; }
static volatile int two = 2, one = 1, zero = 0;
#endif
