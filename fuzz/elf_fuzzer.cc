// libFuzzer target: any bytes as an ELF file, and as a separate debug file. An
// image or an error comes back; the indices in an image stay inside its own
// tables, and it can be linked and searched.

#include <cstddef>
#include <cstdint>
#include <span>

#include "analyzer/elf/debug_file.h"
#include "analyzer/elf/elf_image.h"
#include "common/check.h"
#include "fuzz/ask_image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using bailey::analyzer::ElfImage;
  const auto image = ElfImage::Parse(std::span(data, size), "input");
  bailey::analyzer::ReadDebugSymbols(std::span(data, size),
                                     image.ok() ? image->build_id() : "");
  if (!image.ok()) return 0;
  const size_t count = image->functions().size();
  for (const auto& function : image->functions())
    for (uint32_t called : function.calls) CHECK(called < count);
  for (uint32_t function : image->data_address_taken()) CHECK(function < count);
  const auto& data_objects = image->data();
  for (const auto& word : data_objects.words())
    CHECK(word.kind != bailey::analyzer::DataWord::Kind::kFunction ||
          word.function < count);
  for (const auto& object : data_objects.objects())
    CHECK(object.last_word <= data_objects.words().size());
  for (const auto& entry : image->exports())
    for (uint32_t function : entry.functions) CHECK(function < count);
  bailey::analyzer::AskImage(*image);
  return 0;
}
