// Which function is glibc's _IO_vtable_check, whatever its name: what it has
// looked at and come back from may be used as a vtable. Internal to
// analyzer/elf.
//
//   VtableCheck check(code);
//   if (check.IsAt(address)) …
//
// In glibc (libio/vtables.c) it takes the pointer guard off a flag and compares
// the result with its own address; nothing else has a reason to. That a vtable
// from outside the C library is then let through is for those that link against
// glibc 2.0's stdio, or load a second C library.

#ifndef BAILEY_ANALYZER_ELF_VTABLE_CHECK_H_
#define BAILEY_ANALYZER_ELF_VTABLE_CHECK_H_

#include <cstdint>
#include <unordered_map>

#include "analyzer/elf/code_map.h"

namespace bailey::analyzer {

class VtableCheck {
 public:
  // `code` must outlive this.
  explicit VtableCheck(const CodeMap& code) : code_(code) {}

  bool IsAt(uint64_t address);

 private:
  bool Looks(uint64_t address) const;

  const CodeMap& code_;
  std::unordered_map<uint64_t, bool> known_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_VTABLE_CHECK_H_
