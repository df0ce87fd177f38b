/* What the probe's keeper of a key does. */
#ifndef BAILEY_TESTS_EXECUTOR_PORTIONS_SIGNER_H_
#define BAILEY_TESTS_EXECUTOR_PORTIONS_SIGNER_H_

#define SIGNER_KEY_PATH "/run/probe/key"
#define SIGNER_KEY_VARIABLE "PROBE_KEY"
#define SIGNER_KEY_DESCRIPTOR 9

/* Lengths by which a test makes the process that has the key never answer, or
 * stop itself first. */
#define SIGNER_NEVER_ANSWERS 0x7fffffff
#define SIGNER_STOPS_ITSELF 0x7ffffffe

/* A checksum of two numbers under the key; a negative `length` ends the process
 * that has the key. */
unsigned signer_sign(int length, unsigned char first);

/* A planted flaw: keeps a copy of the key in the caller's memory, then signs.
 */
int signer_leak(void);

#endif
