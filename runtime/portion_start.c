// Everything here runs before libc's own initialisation and on one thread, so
// system calls are made directly and memory is static: no malloc, no errno.

#define _GNU_SOURCE  // setenv, syscall numbers

#include "runtime/portion_start.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "runtime/portion_abi.h"
#include "runtime/serving_filter.h"

#ifndef __x86_64__
#error "the portion's start is written for x86_64"
#endif

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#endif

#define VALUE_POOL_BYTES 65536  // all environment credentials together

// runtime/channel.c of a portion that has crossings; absent from one without.
extern void bailey_channel_attach(unsigned index, enum bailey_role role,
                                  void* own, const void* peer,
                                  uint32_t area_bytes) __attribute__((weak));

static struct bailey_startup startup;
static struct sock_filter filter[BAILEY_MAX_FILTER_INSTRUCTIONS];
static char values[VALUE_POOL_BYTES];
static size_t value_offsets[BAILEY_MAX_ENVIRONMENT_CREDENTIALS];

static long call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  // SAFETY: the x86_64 system call convention; the kernel clobbers rcx and r11.
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                     "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static long call3(long number, long a, long b, long c) {
  return call6(number, a, b, c, 0, 0, 0);
}

static void tell(uint32_t kind, uint32_t value) {
  const struct bailey_message message = {kind, value};
  (void)call3(SYS_write, BAILEY_CONTROL_FD, (long)&message, sizeof message);
}

static _Noreturn void fail(enum bailey_step step, long negative_errno) {
  tell(BAILEY_FAILED, ((uint32_t)step << 16) | (uint32_t)-negative_errno);
  for (;;) (void)call3(SYS_exit_group, BAILEY_SETUP_FAILED, 0, 0);
}

static long read_at(int fd, void* to, size_t bytes, size_t offset) {
  return call6(SYS_pread64, fd, (long)to, (long)bytes, (long)offset, 0, 0);
}

static void read_filter(struct sock_filter* to, uint32_t instructions,
                        size_t offset) {
  const size_t bytes = instructions * sizeof *to;
  const long read = read_at(BAILEY_STARTUP_FD, to, bytes, offset);
  if (read != (long)bytes) fail(BAILEY_STEP_STARTUP, read < 0 ? read : -EIO);
}

static void read_startup(void) {
  const long header = read_at(BAILEY_STARTUP_FD, &startup, sizeof startup, 0);
  if (header < 0) fail(BAILEY_STEP_STARTUP, header);
  if (header != (long)sizeof startup || startup.magic != BAILEY_STARTUP_MAGIC ||
      startup.filter_instructions == 0 ||
      startup.filter_instructions > BAILEY_MAX_FILTER_INSTRUCTIONS ||
      startup.serving_instructions > BAILEY_MAX_FILTER_INSTRUCTIONS ||
      startup.channel_count > BAILEY_MAX_CHANNELS ||
      startup.environment_credential_count >
          BAILEY_MAX_ENVIRONMENT_CREDENTIALS) {
    fail(BAILEY_STEP_STARTUP, -EINVAL);
  }
  read_filter(filter, startup.filter_instructions, sizeof startup);
  read_filter(bailey_serving_filter, startup.serving_instructions,
              sizeof startup + startup.filter_instructions * sizeof filter[0]);
  bailey_serving_instructions = (unsigned short)startup.serving_instructions;
}

static void* map(int fd, uint32_t bytes, int protection) {
  const long address = call6(SYS_mmap, 0, bytes, protection, MAP_SHARED, fd, 0);
  if (address < 0 && address > -4096) fail(BAILEY_STEP_CHANNEL, address);
  return (void*)address;
}

static void map_channels(void) {
  if (startup.channel_count > 0 && bailey_channel_attach == NULL) {
    fail(BAILEY_STEP_CHANNEL, -ENOSYS);
  }
  for (unsigned i = 0; i < startup.channel_count; ++i) {
    const struct bailey_startup_channel* channel = &startup.channels[i];
    const int fd = BAILEY_CHANNEL_FD + (int)(2 * i);
    void* own = map(fd, channel->area_bytes, PROT_READ | PROT_WRITE);
    const void* peer = map(fd + 1, channel->area_bytes, PROT_READ);
    bailey_channel_attach(i, (enum bailey_role)channel->role, own, peer,
                          channel->area_bytes);
  }
}

// Reads one value behind those before it. A NUL inside would cut it short when
// it becomes a variable, so it is refused.
static size_t read_value(unsigned index, size_t offset) {
  const int fd = BAILEY_CREDENTIAL_FD + (int)index;
  const size_t room = VALUE_POOL_BYTES - offset;
  const long bytes = read_at(fd, values + offset, room, 0);
  if (bytes < 0) fail(BAILEY_STEP_CREDENTIAL, bytes);
  if ((size_t)bytes >= room) fail(BAILEY_STEP_CREDENTIAL, -E2BIG);
  for (long i = 0; i < bytes; ++i) {
    if (values[offset + (size_t)i] == '\0') {
      fail(BAILEY_STEP_CREDENTIAL, -EILSEQ);
    }
  }
  value_offsets[index] = offset;
  return offset + (size_t)bytes + 1;
}

static void read_credentials(void) {
  size_t offset = 0;
  for (unsigned i = 0; i < startup.environment_credential_count; ++i) {
    startup.variables[i][BAILEY_VARIABLE_BYTES - 1] = '\0';
    offset = read_value(i, offset);
  }
}

static void give_up_privileges(void) {
  long error = call3(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0);
  if (error == 0) error = call3(SYS_prctl, PR_SET_DUMPABLE, 0, 0);
  if (error != 0) fail(BAILEY_STEP_PRIVILEGES, error);
  if (!startup.has_landlock) return;
  error = call3(SYS_landlock_restrict_self, BAILEY_LANDLOCK_FD, 0, 0);
  if (error != 0) fail(BAILEY_STEP_LANDLOCK, error);
}

// The number that the next new descriptor gets.
static long next_descriptor(void) {
  const long fd = call3(SYS_fcntl, BAILEY_CONTROL_FD, F_DUPFD, 0);
  if (fd < 0) fail(BAILEY_STEP_FILTER, fd);
  (void)call3(SYS_close, fd, 0, 0);
  return fd;
}

// A call that the agent has received waits for its answer whatever signals
// come: interrupted and started again, one denial would be told twice.
static void install_filter(void) {
  const struct sock_fprog program = {
      (unsigned short)startup.filter_instructions, filter};
  const long expected = next_descriptor();
  tell(BAILEY_LISTENER, (uint32_t)expected);
  // INVARIANT: one thread, and no descriptor below BAILEY_FIRST_FD is opened or
  // closed from here to seccomp, so the listener gets `expected`.
  (void)call3(SYS_close_range, BAILEY_FIRST_FD, ~0u, 0);
  long listener = call3(
      SYS_seccomp, SECCOMP_SET_MODE_FILTER,
      SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
      (long)&program);
  if (listener == -EINVAL) {  // before Linux 5.19
    listener = call3(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                     SECCOMP_FILTER_FLAG_NEW_LISTENER, (long)&program);
  }
  // The control socket is closed; the status and the missing listener tell.
  if (listener != expected) fail(BAILEY_STEP_FILTER, listener);
  const long answer = call6(BAILEY_SENTINEL_SYSCALL, BAILEY_SENTINEL_OPTION,
                            listener, 0, 0, 0, 0);
  if (answer != listener) fail(BAILEY_STEP_FILTER, answer);
}

void bailey_portion_start(void) {
  read_startup();
  map_channels();
  read_credentials();
  tell(BAILEY_MAPPED, startup.channel_count);
  give_up_privileges();
  install_filter();
}

static void wipe(void* memory, size_t bytes) {
  volatile char* at = memory;
  while (bytes-- > 0) *at++ = 0;
}

// Runs among the program's first constructors: what preinit code puts into the
// environment is lost when libc sets its own up. Here an exit status would be
// taken for the program's.
static void set_variables(void) {
  for (unsigned i = 0; i < startup.environment_credential_count; ++i) {
    if (setenv(startup.variables[i], values + value_offsets[i], 1) != 0) {
      __builtin_trap();
    }
  }
  wipe(values, sizeof values);
}

typedef void (*initializer)(void);
__attribute__((section(".preinit_array"),
               used)) static const initializer start_entry =
    bailey_portion_start;
__attribute__((section(".init_array.00101"),
               used)) static const initializer variables_entry = set_variables;
