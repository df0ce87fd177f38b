// What loading made of an ELF file as bytes, for the cache. Internal to
// analyzer/elf.
//
//   std::string bytes = WriteImage(image);
//   std::optional<ElfImage> back = ReadImage(bytes);  // nothing if corrupt

#ifndef BAILEY_ANALYZER_ELF_IMAGE_ARCHIVE_H_
#define BAILEY_ANALYZER_ELF_IMAGE_ARCHIVE_H_

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/elf/elf_image.h"

namespace bailey::analyzer {

std::string WriteImage(const ElfImage& image);
// Every index in what comes back is one of what it counts.
std::optional<ElfImage> ReadImage(std::string_view bytes);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_IMAGE_ARCHIVE_H_
