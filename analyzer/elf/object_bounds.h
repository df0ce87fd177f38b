// Where the objects of a file's data begin and end, as its symbols say.
// Internal to analyzer/elf.
//
//   std::vector<DataObject> objects = FindObjects(file);

#ifndef BAILEY_ANALYZER_ELF_OBJECT_BOUNDS_H_
#define BAILEY_ANALYZER_ELF_OBJECT_BOUNDS_H_

#include <string_view>
#include <vector>

#include "analyzer/elf/data_objects.h"
#include "analyzer/elf/elf_file.h"

namespace bailey::analyzer {

// glibc's tables of the functions of streams.
inline constexpr std::string_view kStreamTableSection = "__libc_IO_vtables";

// Sorted; they do not overlap: what does is one object. Names, bounds and
// is_exported are filled in.
std::vector<DataObject> FindObjects(const ElfFile& file);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_OBJECT_BOUNDS_H_
