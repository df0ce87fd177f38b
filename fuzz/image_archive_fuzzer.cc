// libFuzzer target: any bytes as an ELF file's entry of the cache. An image or
// nothing comes back, in bounded memory, with no index out of range; images are
// written as they were read, and can be linked and searched.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/elf/image_archive.h"
#include "common/check.h"
#include "fuzz/ask_image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using bailey::analyzer::ReadImage;
  using bailey::analyzer::WriteImage;
  // SAFETY: bytes seen as characters.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto image = ReadImage(bytes);
  if (!image) return 0;
  for (const auto& function : image->functions())
    for (const uint32_t callee : function.calls)
      CHECK(callee < image->functions().size());
  const std::string written = WriteImage(*image);
  const auto again = ReadImage(written);
  CHECK(again.has_value());
  CHECK(WriteImage(*again) == written);
  bailey::analyzer::AskImage(*image);
  return 0;
}
