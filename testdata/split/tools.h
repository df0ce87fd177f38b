/* Pure helpers that both portions have. */
#ifndef TOOLS_H_
#define TOOLS_H_

long mix(long a, long b);

static inline int limit(int value) { return value > 1000 ? 1000 : value; }

#endif /* TOOLS_H_ */
