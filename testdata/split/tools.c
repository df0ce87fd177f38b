#include "tools.h"

static const long kPrime = 1000003;

static long once(long a, long b) { return (a * kPrime) ^ b; }

long mix(long a, long b) { return once(once(a, b), b >> 3); }
