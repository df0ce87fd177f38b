#ifndef KEEPER_H_
#define KEEPER_H_

struct pair { int first, second; };

int keeper_open(int seed);
// The elements, the last one twice.
__attribute__((access(read_only, 1, 2))) long keeper_sum(const int* values,
                                                         int count);
__attribute__((access(write_only, 1, 2))) void keeper_fill(unsigned char* to,
                                                           int count);
void keeper_turn(unsigned char bytes[static 8], int from);
int keeper_name(const char* name);
int keeper_swap(struct pair* pair);

#endif
