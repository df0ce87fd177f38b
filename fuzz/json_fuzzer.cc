// Whatever the strict reader accepts, the writer writes so that it reads back
// equal; nothing crashes.

#include <cstdint>

#include "common/check.h"
#include "common/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bailey::Result<bailey::Json> json = bailey::ParseJson(text, "fuzz");
  if (!json.ok()) return 0;
  const std::string written = bailey::WriteJson(*json);
  const bailey::Result<bailey::Json> again = bailey::ParseJson(written, "fuzz");
  CHECK(again.ok());
  CHECK(bailey::WriteJson(*again) == written);
  return 0;
}
