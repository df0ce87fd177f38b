// The symbols that a stripped file's separate debug file still has, found by
// build id as debuggers do it. Internal to analyzer/elf.
//
//   if (auto debug = FindDebugSymbols(file.build_id, {"/usr/lib/debug"}))
//     file.symbols = std::move(debug->symbols);
//
// Debian's libc6-dbg brings such files. Without one the analysis works, and
// knows less: see data_objects.h. A debug file is believed as the file itself
// is: both come from whoever may write the system's directories.

#ifndef BAILEY_ANALYZER_ELF_DEBUG_FILE_H_
#define BAILEY_ANALYZER_ELF_DEBUG_FILE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/elf/elf_file.h"

namespace bailey::analyzer {

struct DebugSymbols {
  std::string path;
  std::vector<ElfSymbol> symbols;
};

// Looks for DIRECTORY/.build-id/xx/yyyy.debug in each directory. A file that is
// unreadable, corrupt or of another build id is passed over as if it were not
// there.
std::optional<DebugSymbols> FindDebugSymbols(
    const std::string& build_id, const std::vector<std::string>& directories);

// Each file that FindDebugSymbols() would look at and that can be read: its
// path and SHA-256. Equal answers mean equal symbols.
std::vector<std::pair<std::string, std::string>> DebugFileDigests(
    const std::string& build_id, const std::vector<std::string>& directories);

// The symbols of the debug file that `bytes` are; none if it is corrupt, or of
// another build id.
std::vector<ElfSymbol> ReadDebugSymbols(std::span<const uint8_t> bytes,
                                        const std::string& build_id);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_DEBUG_FILE_H_
