// Function boundaries and exception landing pads from .eh_frame, which every
// compiler writes for x86_64 and `strip` leaves alone. Internal to
// analyzer/elf.
//
//   ASSIGN_OR_RETURN(const auto ranges, ReadUnwindTable(file));
//   for (const UnwindRange& range : ranges) …
//
// Formats: System V ABI AMD64 supplement 4.2.4, LSB 5.0 "exception frames", and
// GCC's layout of .gcc_except_table.

#ifndef BAILEY_ANALYZER_ELF_UNWIND_TABLE_H_
#define BAILEY_ANALYZER_ELF_UNWIND_TABLE_H_

#include <cstdint>
#include <vector>

#include "analyzer/elf/elf_file.h"
#include "common/result.h"

namespace bailey::analyzer {

struct UnwindRange {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  std::vector<uint64_t> landing_pads;
};

// Corrupt entries end the reading: what is not described is found as a gap
// between functions, so that nothing is lost but a boundary. Fails if there are
// more landing pads than the file can describe apart.
Result<std::vector<UnwindRange>> ReadUnwindTable(const ElfFile& file);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_UNWIND_TABLE_H_
