// The second filter, between portion_start.c, which reads it before anything
// else runs, and serving.c, which installs it.

#ifndef BAILEY_RUNTIME_SERVING_FILTER_H_
#define BAILEY_RUNTIME_SERVING_FILTER_H_

#include <linux/filter.h>

#define BAILEY_MAX_FILTER_INSTRUCTIONS 4096  // BPF_MAXINSNS

extern struct sock_filter bailey_serving_filter[BAILEY_MAX_FILTER_INSTRUCTIONS];
extern unsigned short bailey_serving_instructions;  // 0: no second filter

#endif  // BAILEY_RUNTIME_SERVING_FILTER_H_
