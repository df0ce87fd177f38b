// What a trusted function must not do to the fuzzer's process: end it, or start
// another.
//
// The functions named bailey_fuzz_NAME below stand for NAME in the portion's
// own objects (objcopy --redefine-sym; libFuzzer's and the sanitizers' are not
// touched). They are weak: a portion that defines NAME itself keeps its own.
//
// - exit, _exit, _Exit, quick_exit, err, errx, verr, verrx, pthread_exit, the
//   exec family, and bailey_begin (a call of another portion): the call ends,
//   and with it the input, as the portion would
// - fork, vfork, system, popen, posix_spawn, kill: fail with EPERM, as under
//   the filter
//
// abort() and a failed assertion stay what they are: a crash.

#ifndef BAILEY_RUNTIME_FUZZ_ESCAPE_H_
#define BAILEY_RUNTIME_FUZZ_ESCAPE_H_

#include <setjmp.h>

// Where an exit goes while `bailey_fuzz_is_calling`; without a call it ends the
// process.
extern jmp_buf bailey_fuzz_return;
extern int bailey_fuzz_is_calling;

#endif  // BAILEY_RUNTIME_FUZZ_ESCAPE_H_
