// What the agent and a portion agree on before the portion's first own
// instruction: descriptor numbers, the start-up block, the hand-over of the
// filter's listener. C11, no dependency; a leaf that every part may include.
//
// Order in a portion that Bailey built (docs/decisions/0003), all of it in
// .preinit_array, before any library's constructor:
//   1. read and check the start-up block (BAILEY_STARTUP_FD), map the areas
//   2. no_new_privs, not dumpable, Landlock (BAILEY_LANDLOCK_FD)
//   3. the number that the listener will have (the lowest free one) goes to the
//      agent over BAILEY_CONTROL_FD, and every descriptor from BAILEY_FIRST_FD
//      on is closed: so neither call has to be in the policy
//   4. seccomp with NEW_LISTENER; the agent takes the listener with pidfd_getfd
//   5. the sentinel call prctl(BAILEY_SENTINEL_OPTION, listener): it is
//   notified,
//      and the agent answers it by putting /dev/null in the listener's place
//      (ADDFD with SETFD and SEND): from then on nobody in the portion has it.
//      It is the only call between the filter and program code.
// Environment credentials are read in step 1 and set in .init_array.00101.

#ifndef BAILEY_RUNTIME_PORTION_ABI_H_
#define BAILEY_RUNTIME_PORTION_ABI_H_

#include <stdint.h>

#define BAILEY_FIRST_FD 200
#define BAILEY_CONTROL_FD 200  // Unix seqpacket socket to the agent
#define BAILEY_STARTUP_FD \
  201  // sealed memfd: struct bailey_startup, then the filters
#define BAILEY_LANDLOCK_FD \
  202  // ruleset; closed where the kernel has no Landlock
#define BAILEY_CHANNEL_FD 204     // two a channel: own area, then the peer's
#define BAILEY_CREDENTIAL_FD 240  // one an environment credential
#define BAILEY_MAX_CHANNELS 8
#define BAILEY_MAX_ENVIRONMENT_CREDENTIALS 8
#define BAILEY_VARIABLE_BYTES 128

#define BAILEY_STARTUP_MAGIC 0x32594c4245594c42ull
#define BAILEY_SENTINEL_SYSCALL 157         // prctl, on x86_64
#define BAILEY_SENTINEL_OPTION 0x4241494cu  // no option of the kernel's

// The rule by which a portion installs its second filter (runtime/serving.h):
// what the agent sees by it is the switch, not a denial.
#define BAILEY_SWITCH_RULE "runtime/serving: install the filter for serving"

// Which side of a channel a portion is. The client writes requests into its own
// area and reads replies from the peer's; the server the other way round.
enum bailey_role { BAILEY_CLIENT = 1, BAILEY_SERVER = 2 };

struct bailey_startup_channel {
  uint32_t role;        // enum bailey_role
  uint32_t area_bytes;  // of each of the two areas
};

struct bailey_startup {
  uint64_t magic;
  uint32_t filter_instructions;   // 0: no filter (never in a bundle's portion)
  uint32_t serving_instructions;  // 0: no second filter
  uint32_t has_landlock;
  uint32_t channel_count;
  uint32_t environment_credential_count;
  struct bailey_startup_channel channels[BAILEY_MAX_CHANNELS];
  // Names of the variables whose values are to be read from the descriptors
  // from BAILEY_CREDENTIAL_FD on; NUL-terminated.
  char variables[BAILEY_MAX_ENVIRONMENT_CREDENTIALS][BAILEY_VARIABLE_BYTES];
  // struct sock_filter filter[filter_instructions] follows, then
  // struct sock_filter serving[serving_instructions].
};

// What a portion says on BAILEY_CONTROL_FD, in this order; it reads nothing
// there.
enum bailey_message_kind {
  BAILEY_MAPPED = 1,  // value: channels mapped; the agent may seal its areas
  BAILEY_LISTENER =
      2,             // value: the listener's number, a moment before it exists
  BAILEY_FAILED = 3  // value: enum bailey_step << 16 | errno; it then exits
};
enum bailey_step {
  BAILEY_STEP_STARTUP = 1,
  BAILEY_STEP_CHANNEL = 2,
  BAILEY_STEP_CREDENTIAL = 3,
  BAILEY_STEP_PRIVILEGES = 4,
  BAILEY_STEP_LANDLOCK = 5,
  BAILEY_STEP_FILTER = 6
};
struct bailey_message {
  uint32_t kind;  // enum bailey_message_kind
  uint32_t value;
};

// The exit status of a portion that could not set itself up.
#define BAILEY_SETUP_FAILED 125

#endif  // BAILEY_RUNTIME_PORTION_ABI_H_
