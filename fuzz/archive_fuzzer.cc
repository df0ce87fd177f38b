// libFuzzer target: any bytes as an entry of the cache of units. Facts or
// nothing come back, in bounded memory; facts are written as they were read.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/source/unit_archive.h"
#include "common/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using bailey::analyzer::ReadUnit;
  using bailey::analyzer::WriteUnit;
  // SAFETY: bytes seen as characters.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto facts = ReadUnit(bytes);
  if (!facts) return 0;
  const std::string written = WriteUnit(*facts);
  const auto again = ReadUnit(written);
  CHECK(again.has_value());
  CHECK(WriteUnit(*again) == written);
  return 0;
}
