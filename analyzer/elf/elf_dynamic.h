// What the dynamic table of an ELF file says: names, symbols with versions,
// relocations, constructors. Internal to analyzer/elf.
//
//   RETURN_IF_ERROR(ReadDynamicTable(dynamic_bytes, symbol_count, file));

#ifndef BAILEY_ANALYZER_ELF_ELF_DYNAMIC_H_
#define BAILEY_ANALYZER_ELF_ELF_DYNAMIC_H_

#include <cstdint>
#include <span>

#include "analyzer/elf/elf_file.h"
#include "common/result.h"

namespace bailey::analyzer {

// Reads `table` (the bytes of PT_DYNAMIC) into `file`, whose segments are known
// already. `section_symbol_count` is the number of entries of .dynsym if there
// are section headers: the table itself does not hold it.
Result<> ReadDynamicTable(std::span<const uint8_t> table,
                          uint64_t section_symbol_count, ElfFile& file);

// Reads one table of Elf64_Rela (a static executable's has no dynamic table).
Result<> ReadRelocations(std::span<const uint8_t> bytes, ElfFile& file);

// By slot.
void SortPointers(ElfFile& file);

// Reads `count` Elf64_Sym entries; their names come from `strings`.
Result<std::vector<ElfSymbol>> ReadSymbols(std::span<const uint8_t> bytes,
                                           uint64_t count,
                                           std::span<const uint8_t> strings);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_ELF_DYNAMIC_H_
