// Two levels, as for units: by the file's digest there is what tells which
// debug files are looked for; by that and what is there now, the image.

#include "analyzer/elf/image_cache.h"

#include <string_view>
#include <utility>

#include "analyzer/cache/archive.h"
#include "analyzer/cache/tool_digest.h"
#include "analyzer/elf/debug_file.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/image_archive.h"
#include "analyzer/switched_off.h"
#include "common/digest.h"

namespace bailey::analyzer {

// What decides which debug files are looked for.
struct DebugQuestion {
  std::string build_id;
  bool has_own_symbols = false;
};
BAILEY_ARCHIVE_FIELDS(DebugQuestion, build_id, has_own_symbols)

namespace {

constexpr std::string_view kQuestion = "elfid";
constexpr std::string_view kImage = "elf";

// What identifies an image but for its debug files: the tool (so the form of
// the entry, too), the options, the content.
std::string KeyOf(std::span<const uint8_t> bytes) {
  ArchiveWriter out;
  for (const std::string_view part : kParts)
    out.Number(IsSwitchedOff(part) ? 1 : 0);
  // SAFETY: bytes seen as characters.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                              bytes.size());
  for (const std::string& word : {ToolDigest(), Sha256Hex(text)})
    out.String(word);
  return Sha256Hex(out.Take());
}

// The debug files' paths are in it, since an image names the one that was used.
std::string WithDebugFiles(const std::string& key,
                           const DebugQuestion& question,
                           const std::vector<std::string>& directories) {
  std::vector<std::pair<std::string, std::string>> files;
  if (!question.has_own_symbols)
    files = DebugFileDigests(question.build_id, directories);
  return key + WriteArchive(question) + WriteArchive(files);
}

}  // namespace

std::optional<ElfImage> ImageCache::Find(
    const std::string& key,
    const std::vector<std::string>& debug_directories) const {
  const auto asked = store_.Get(kQuestion, key);
  if (!asked) return std::nullopt;
  const auto question = ReadArchive<DebugQuestion>(*asked);
  if (!question) return std::nullopt;
  const auto bytes =
      store_.Get(kImage, WithDebugFiles(key, *question, debug_directories));
  if (!bytes) return std::nullopt;
  return ReadImage(*bytes);
}

Result<ElfImage> ImageCache::Load(
    std::span<const uint8_t> bytes, const std::string& path,
    const std::vector<std::string>& debug_directories) const {
  if (!store_.enabled() || ToolDigest().empty())
    return ElfImage::Parse(bytes, path, debug_directories);
  const std::string key = KeyOf(bytes);
  if (auto known = Find(key, debug_directories)) {
    known->set_path(path);
    return std::move(*known);
  }
  ASSIGN_OR_RETURN(const ElfFile file, ReadElfFile(bytes, path));
  const DebugQuestion question{file.build_id, !file.symbols.empty()};
  const std::string whole = WithDebugFiles(key, question, debug_directories);
  ASSIGN_OR_RETURN(ElfImage image,
                   ElfImage::Parse(bytes, path, debug_directories));
  // Debug files that changed while they were read are no answer to keep.
  if (WithDebugFiles(key, question, debug_directories) != whole) return image;
  store_.Put(kImage, whole, WriteImage(image));
  store_.Put(kQuestion, key, WriteArchive(question));
  return image;
}

}  // namespace bailey::analyzer
