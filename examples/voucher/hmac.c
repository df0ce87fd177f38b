/* HMAC-SHA-256: RFC 2104 over FIPS 180-4. */
#include <stdint.h>
#include <string.h>

#include "voucher.h"

struct sha256 {
  uint32_t state[8];
  uint64_t length;
  unsigned char block[64];
};

static const uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t word, int by) {
  return word >> by | word << (32 - by);
}

static void compress(struct sha256* sha) {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i)
    w[i] = (uint32_t)sha->block[4 * i] << 24 |
           (uint32_t)sha->block[4 * i + 1] << 16 |
           (uint32_t)sha->block[4 * i + 2] << 8 | sha->block[4 * i + 3];
  for (int i = 16; i < 64; ++i) {
    const uint32_t a = w[i - 15];
    const uint32_t b = w[i - 2];
    w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] +
           (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
  }
  uint32_t s[8];
  memcpy(s, sha->state, sizeof s);
  for (int i = 0; i < 64; ++i) {
    const uint32_t one = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) +
                         ((s[4] & s[5]) ^ (~s[4] & s[6])) + kRounds[i] + w[i];
    const uint32_t two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) +
                         ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += one;
    s[0] = one + two;
  }
  for (int i = 0; i < 8; ++i) sha->state[i] += s[i];
}

static void start(struct sha256* sha) {
  static const uint32_t kStart[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                     0xa54ff53a, 0x510e527f, 0x9b05688c,
                                     0x1f83d9ab, 0x5be0cd19};
  memcpy(sha->state, kStart, sizeof sha->state);
  sha->length = 0;
}

static void add(struct sha256* sha, const unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    sha->block[sha->length++ % 64] = bytes[i];
    if (sha->length % 64 == 0) compress(sha);
  }
}

static void finish(struct sha256* sha, unsigned char digest[static 32]) {
  const uint64_t bits = sha->length * 8;
  const unsigned char first = 0x80;
  const unsigned char zero = 0;
  add(sha, &first, 1);
  while (sha->length % 64 != 56) add(sha, &zero, 1);
  for (int i = 7; i >= 0; --i) {
    const unsigned char byte = (unsigned char)(bits >> 8 * i);
    add(sha, &byte, 1);
  }
  for (int i = 0; i < 32; ++i)
    digest[i] = (unsigned char)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void hmac_sha256(const unsigned char* key, size_t key_size,
                 const unsigned char* text, size_t size,
                 unsigned char tag[static kTagBytes]) {
  unsigned char pad[64] = {0};
  struct sha256 sha;
  memcpy(pad, key, key_size < sizeof pad ? key_size : sizeof pad);
  for (size_t i = 0; i < sizeof pad; ++i) pad[i] ^= 0x36;
  start(&sha);
  add(&sha, pad, sizeof pad);
  add(&sha, text, size);
  finish(&sha, tag);
  for (size_t i = 0; i < sizeof pad; ++i) pad[i] ^= 0x36 ^ 0x5c;
  start(&sha);
  add(&sha, pad, sizeof pad);
  add(&sha, tag, kTagBytes);
  finish(&sha, tag);
  wipe(pad, sizeof pad);
  wipe(&sha, sizeof sha);
}

void wipe(void* memory, size_t size) {
  volatile unsigned char* byte = memory;
  while (size-- > 0) *byte++ = 0;
}
