#include "analyzer/cache/tool_digest.h"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <string_view>

#include "common/digest.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

constexpr size_t kNoteAlignment = 4;

size_t Aligned(size_t size) {
  return (size + kNoteAlignment - 1) / kNoteAlignment * kNoteAlignment;
}

// The build-id among the notes of one segment; empty if there is none.
std::string_view BuildIdIn(std::string_view notes) {
  while (notes.size() > sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof header);
    notes.remove_prefix(sizeof header);
    const size_t name = Aligned(header.n_namesz);
    const size_t size = name + Aligned(header.n_descsz);
    if (size > notes.size()) break;
    if (header.n_type == NT_GNU_BUILD_ID &&
        notes.starts_with(std::string_view("GNU\0", 4)))
      return notes.substr(name, header.n_descsz);
    notes.remove_prefix(size);
  }
  return {};
}

std::string_view BuildIdOf(const dl_phdr_info& image) {
  for (size_t i = 0; i < image.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = image.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // SAFETY: the loader mapped the notes of an image of this process there,
    // and no image is unloaded while dl_iterate_phdr runs.
    const auto* notes =
        reinterpret_cast<const char*>(image.dlpi_addr + segment.p_vaddr);
    const std::string_view id = BuildIdIn({notes, segment.p_memsz});
    if (!id.empty()) return id;
  }
  return {};
}

struct Collected {
  std::string text;
  bool complete = true;
  bool first = true;  // the program itself, which has no name in the list
};

int AddImage(dl_phdr_info* image, size_t, void* data) {
  // SAFETY: what ComputeDigest() passes.
  auto& collected = *static_cast<Collected*>(data);
  const std::string path = std::exchange(collected.first, false)
                               ? "/proc/self/exe"
                               : std::string(image->dlpi_name);
  collected.text += path + '\n';
  const std::string_view id = BuildIdOf(*image);
  if (!id.empty()) {
    collected.text += HexEncode(id) + '\n';
  } else if (!path.starts_with("linux-vdso") && !path.empty()) {
    const Result<std::string> bytes = ReadFile(path);
    collected.complete &= bytes.ok();
    if (bytes.ok()) collected.text += Sha256Hex(*bytes) + '\n';
  }
  return 0;
}

std::string ComputeDigest() {
  Collected collected;
  dl_iterate_phdr(AddImage, &collected);
  return collected.complete ? Sha256Hex(collected.text) : std::string();
}

}  // namespace

const std::string& ToolDigest() {
  static const std::string digest = ComputeDigest();
  return digest;
}

}  // namespace bailey::analyzer
