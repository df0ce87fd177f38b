// Comparisons that a caller can slip past, because the kernel does not use all
// of the value that they compare: `deny syscall mmap(prot == 7)` is escaped by
// setting a bit that mmap ignores.
//
//   WarnOfEscapes(rule.when, architecture, call, /*denies=*/true, span,
//                 report);
//
// Arguments whose upper half is never used have the narrower width in the
// table already; here are those where that depends on another argument, words
// of flags, and addresses whose top byte aarch64 ignores.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_ESCAPES_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_ESCAPES_H_

#include <cstdint>
#include <vector>

#include "common/diagnostics.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// One warning an argument, at `span`, for each comparison that can be escaped:
// in a denial one that fails when further bits are set, in an allow one that
// then holds.
void WarnOfEscapes(const Condition& when, Architecture architecture,
                   const Syscall& call, bool denies, SourceSpan span,
                   TextReporter& report);

// What such a warning is about, for who can look for a call that escapes.
struct Escape {
  int argument = 0;
  // Those that a caller may set, beside what it has set.
  uint64_t free_bits = 0;
  bool are_flags = false;  // else the kernel does not use them
};

// In the order of the arguments.
std::vector<Escape> FindEscapes(const Condition& when,
                                Architecture architecture, const Syscall& call,
                                bool denies);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_ESCAPES_H_
