// A number as ptrace(2) takes it: addresses and data are pointers there.
//
//   ptrace(PTRACE_CONT, tid, nullptr, PtraceWord(signal));

#ifndef BAILEY_EXECUTOR_PTRACE_WORD_H_
#define BAILEY_EXECUTOR_PTRACE_WORD_H_

#include <cstdint>

namespace bailey::executor {

inline void* PtraceWord(uint64_t value) {
  // SAFETY: passed to the kernel as a number; never dereferenced here.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(value);
}

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_PTRACE_WORD_H_
