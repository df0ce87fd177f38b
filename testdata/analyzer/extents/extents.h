#ifndef EXTENTS_H
#define EXTENTS_H

#include <stddef.h>

struct point {
  int x;
  int y;
  int z;
};

unsigned sum(const unsigned* numbers, size_t count);
int sum_signed(int* numbers, int count);
void fill(unsigned char* to, unsigned char byte, unsigned size);
void copy(void* to, const void* from, size_t size);
void copy_words(unsigned* to, const unsigned* from, size_t count);
int first_and_last(const unsigned char* bytes, size_t size);
unsigned be32(const unsigned char* bytes);
unsigned header(const unsigned char* bytes, size_t size);
int bounded(const char* from, size_t size);
size_t up_to_end(const unsigned char* bytes, size_t size);
void backwards(unsigned char* bytes, int size);
void backwards_unsigned(unsigned char* bytes, size_t size);
int search(const unsigned char* bytes, size_t size, int wanted);
size_t length(char* text);
int describe(char* to, size_t size, int number);
unsigned through(const unsigned* numbers, size_t count);
unsigned digest(const unsigned char bytes[32]);
void matrix(unsigned char* cells, unsigned char rows);
int point_sum(struct point* point, int count);
int table(const unsigned char* of256, unsigned char index);
int low_bits(const unsigned char* of16, unsigned index);
int is_there(const char* pointer, int count);

#endif
