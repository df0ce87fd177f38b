// A bundle of any bytes is read whole or refused; nothing crashes.

#include <cstdint>

#include "common/documents/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)bailey::Bundle::Parse(std::move(bytes), "fuzz");
  // The plan's reader on its own gets further than through a digest.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)bailey::ParsePlan(text, "fuzz");
  return 0;
}
