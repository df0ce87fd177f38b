// What loading made of ELF files in earlier runs: disassembling the C library
// alone takes a second.
//
//   const ImageCache cache(store);
//   ASSIGN_OR_RETURN(ElfImage libc, ElfImage::Load(path, directories, &cache));
//
// An entry is found by the digest of the whole file, not by its build id alone:
// a build id is a word in the file, which whoever made the file chose, and
// which stays when its code is patched afterwards. The build id says which
// separate debug files there may be; those are found by their digests, too, so
// that a debug package which comes or goes counts at once.

#ifndef BAILEY_ANALYZER_ELF_IMAGE_CACHE_H_
#define BAILEY_ANALYZER_ELF_IMAGE_CACHE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/cache/store.h"
#include "analyzer/elf/elf_image.h"
#include "common/result.h"

namespace bailey::analyzer {

class ImageCache {
 public:
  // `store` must outlive this, and may be an empty one.
  explicit ImageCache(const CacheStore& store) : store_(store) {}

  // ElfImage::Parse(), or what it gave for these bytes and debug files before.
  // May be called from several threads.
  Result<ElfImage> Load(
      std::span<const uint8_t> bytes, const std::string& path,
      const std::vector<std::string>& debug_directories) const;

 private:
  std::optional<ElfImage> Find(
      const std::string& key,
      const std::vector<std::string>& debug_directories) const;

  const CacheStore& store_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_IMAGE_CACHE_H_
