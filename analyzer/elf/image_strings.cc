// The constant texts of ELF files: read again from the file, since an image
// keeps no bytes.

#include "analyzer/elf/image_strings.h"

#include <algorithm>
#include <vector>

#include "analyzer/elf/elf_file.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

// No path or name is longer (PATH_MAX).
constexpr size_t kMaxTextBytes = 4096;

}  // namespace

struct ImageStrings::Opened {
  std::string bytes;  // What `file` points into.
  std::optional<ElfFile> file;
};

ImageStrings::ImageStrings() = default;
ImageStrings::~ImageStrings() = default;

const ImageStrings::Opened& ImageStrings::Open(const ElfImage& image) {
  std::unique_ptr<Opened>& opened = files_[image.path()];
  if (opened) return *opened;
  opened = std::make_unique<Opened>();
  Result<std::string> bytes = ReadFile(image.path());
  if (!bytes.ok()) return *opened;
  opened->bytes = std::move(bytes).value();
  // SAFETY: uint8_t and char may alias; `bytes` lives as long as the file.
  const std::span<const uint8_t> view(
      reinterpret_cast<const uint8_t*>(opened->bytes.data()),
      opened->bytes.size());
  Result<ElfFile> file = ReadElfFile(view, image.path());
  if (file.ok()) opened->file = std::move(file).value();
  return *opened;
}

std::optional<std::string> ImageStrings::At(const ElfImage& image,
                                            const MachineValue& value) {
  // In a file that is loaded where it was linked an address is a number.
  if (value.kind != MachineValue::Kind::kAddress &&
      value.kind != MachineValue::Kind::kConstant)
    return std::nullopt;
  const Opened& opened = Open(image);
  if (!opened.file || !opened.file->IsReadOnlyAfterStart(value.constant))
    return std::nullopt;
  const std::span<const uint8_t> bytes = opened.file->BytesAt(value.constant);
  const auto limit = bytes.begin() + static_cast<std::ptrdiff_t>(
                                         std::min(bytes.size(), kMaxTextBytes));
  const auto end = std::find(bytes.begin(), limit, uint8_t{0});
  if (end == limit) return std::nullopt;
  return std::string(bytes.begin(), end);
}

bool ImageStrings::Holds(const ElfImage& image, std::string_view text) {
  const Opened& opened = Open(image);
  if (!opened.file) return true;
  return std::ranges::any_of(
      opened.file->segments, [&](const ElfSegment& segment) {
        // SAFETY: uint8_t and char may alias; the segment lies in the bytes.
        const std::string_view bytes(
            reinterpret_cast<const char*>(segment.bytes.data()),
            segment.bytes.size());
        return bytes.find(text) != std::string_view::npos;
      });
}

}  // namespace bailey::analyzer
