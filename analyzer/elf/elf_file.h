// The parts of an x86_64 ELF file that the analysis needs, checked and free of
// LLVM's types. Internal to analyzer/elf.
//
//   ASSIGN_OR_RETURN(ElfFile file, ReadElfFile(bytes, "libc.so.6"));
//
// What the loader goes by is what counts here: program headers and the dynamic
// table. Section headers are used for the symbol table and, in a static
// executable, for its relocations, and may be absent.

#ifndef BAILEY_ANALYZER_ELF_ELF_FILE_H_
#define BAILEY_ANALYZER_ELF_ELF_FILE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

// One PT_LOAD segment. `bytes` points into the file's bytes.
struct ElfSegment {
  uint64_t address = 0;
  std::span<const uint8_t> bytes;
  uint64_t memory_bytes = 0;  // At least the size of `bytes`; the rest is zero.
  bool executable = false;
  bool writable = false;

  bool Contains(uint64_t where) const {
    return where >= address && where - address < bytes.size();
  }
};

struct ElfSymbol {
  std::string name;
  std::string version;  // Empty when the symbol has none.
  bool is_default_version = true;
  bool is_defined = false;
  bool is_function =
      false;  // STT_FUNC, STT_GNU_IFUNC; undefined: or STT_NOTYPE.
  bool is_ifunc = false;
  bool is_data = false;  // Defined, and neither code, a section nor a file.
  bool is_thread_local = false;  // The address is an offset in that storage.
  bool is_weak = false;
  bool is_local = false;
  uint64_t address = 0;
  uint64_t size_bytes = 0;
};

// A section that is loaded. Files may have none of these.
struct ElfSection {
  std::string name;
  uint64_t address = 0;
  uint64_t size_bytes = 0;
};

// A word of memory that the loader fills in with an address.
struct ElfPointer {
  enum class Kind : uint8_t { kAddress, kResolver, kSymbol };
  Kind kind = Kind::kAddress;
  uint64_t slot = 0;
  uint64_t target = 0;  // kAddress: where it points; kResolver: an ifunc's.
  uint32_t symbol = 0;  // kSymbol: index in dynamic_symbols.
  // A slot that only code reads, to call or take an address: R_X86_64_JUMP_SLOT
  // and R_X86_64_GLOB_DAT.
  bool is_got = false;
};

struct ElfFile {
  bool is_position_independent = false;
  uint64_t entry = 0;
  std::string build_id;  // Lower-case hexadecimal.
  std::string soname;
  std::string interpreter;
  std::vector<std::string> needed;
  std::string runpath;
  std::string rpath;
  std::vector<ElfSegment> segments;
  std::vector<ElfSection> sections;
  std::vector<ElfSymbol> dynamic_symbols;
  // .symtab, when it is not stripped; else a separate debug file's, if it was
  // looked for and found.
  std::vector<ElfSymbol> symbols;
  std::vector<ElfPointer> pointers;    // Sorted by slot.
  std::vector<uint64_t> constructors;  // In the order in which they are run.
  std::vector<uint64_t> destructors;
  uint64_t relro_address = 0;  // Read-only once the loader is done with it.
  uint64_t relro_size_bytes = 0;
  uint64_t eh_frame_address = 0;  // 0: none found.
  uint64_t eh_frame_size_bytes = 0;

  // The bytes from `address` to the end of its segment; empty if none.
  std::span<const uint8_t> BytesAt(uint64_t address) const;
  std::optional<uint64_t> WordAt(uint64_t address) const;
  bool IsExecutable(uint64_t address) const;
  // In a segment, be it in the file or zero.
  bool IsMapped(uint64_t address) const;
  bool IsReadOnlyAfterStart(uint64_t address) const;
  const ElfPointer* PointerAt(uint64_t slot) const;
};

// The build id that the bytes of a PT_NOTE segment or SHT_NOTE section hold, in
// lower-case hexadecimal; empty if none.
std::string BuildIdOf(std::span<const uint8_t> notes);

// Reads and checks. Errors name `path` and what is wrong: not an ELF file, not
// x86_64, truncated, corrupt. The result points into `bytes`, which must stay.
Result<ElfFile> ReadElfFile(std::span<const uint8_t> bytes,
                            const std::string& path);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_ELF_FILE_H_
