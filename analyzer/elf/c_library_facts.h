// What is known of glibc's own calls that its code does not show: that some are
// made only after another function was called, or never in a process that the
// kernel started. Internal to analyzer/elf.
//
//   for (const ConditionalCall& fact : ConditionalCalls()) …
//
// Each fact moves calls: they are taken from where they stand in the code and
// given to the functions that bring their condition about, as `causes`. So they
// are counted where the condition can hold, and the answer for a whole process
// stays the union of the answers for its parts.
//
// The facts are read in the sources of glibc 2.36, and hold for no other
// version (HasKnownFacts). Those that go by names of functions need a symbol
// table or debug file, and without one change nothing: nor if one of the names
// is missing. One assumes more than the files show: that a mutex in memory
// which another program shares by a plain mmap was not made with
// PTHREAD_PRIO_PROTECT.

#ifndef BAILEY_ANALYZER_ELF_C_LIBRARY_FACTS_H_
#define BAILEY_ANALYZER_ELF_C_LIBRARY_FACTS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "analyzer/elf/elf_image.h"

namespace bailey::analyzer {

struct ConditionalCall {
  std::string_view callee;
  std::string_view caller;  // Empty: whoever calls it.
  std::span<const std::string_view> causes;
};

// A system call in the middle of a function that is made only after one of
// `causes` was called. The function that is called like the system call stands
// for it there.
struct ConditionalSyscall {
  uint32_t number = 0;
  std::string_view function;
  std::string_view stand_in;                 // exported
  std::span<const std::string_view> causes;  // exported, in any version
};

// Whether the file is the C library that the facts were read in.
bool HasKnownFacts(const ElfImage& image);

std::span<const ConditionalCall> ConditionalCalls();
std::span<const ConditionalSyscall> ConditionalSyscalls();

// Functions of the C library and the loader that take other functions'
// addresses for the time of one call (a comparison for qsort, what pthread_once
// runs, the loader's main), or for who looks them up through them before each
// call (the name service's built-in modules).
std::span<const std::string_view> Lenders();

// Of the loader: functions for when it is run as a program, by its own name, or
// asked for a profile (LD_PROFILE). The environment's other means to have the
// loader bring in code (LD_PRELOAD, LD_AUDIT) are no part of a program either.
std::span<const std::string_view> CallsOfLoaderAsProgram();

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_C_LIBRARY_FACTS_H_
