// Handed to code without source, which may do anything with it.
// CREDENTIAL: file:/run/key
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

extern int tls_write(void* session, const void* from, int size);
extern int tls_batch(void* batch);

static char key[64];
static char other[64];

static void by_assembly(void) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(1), "D"(1), "S"(key), "d"(64) : "rcx", "r11", "memory");  // KEY: sink over-approximated
}

int main(void) {
  read(open("/run/key", O_RDONLY), key, 64);
  tls_write(NULL, key, 63);                  // KEY: sink assumed
  puts(key), tls_write(NULL, key + 1, 2);    // KEY: sink assumed
  tls_write(NULL, other, 63);                // NO-KEY
  syscall(SYS_write, 1, (long)key, 64L);     // KEY: sink over-approximated
  struct iovec part = {key, 64};
  struct mmsghdr message = {0};
  message.msg_hdr.msg_iov = &part;
  message.msg_hdr.msg_iovlen = 1;
  tls_batch(&message);                       // KEY: sink assumed
  by_assembly();
  return 0;
}
