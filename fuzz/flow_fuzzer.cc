// A flow of any bytes is read whole or refused; what is read is written so that
// it reads back equal; nothing crashes.

#include <cstdint>

#include "common/check.h"
#include "common/documents/flow.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto flow = bailey::ParseFlow(text, "fuzz");
  if (!flow.ok()) return 0;
  const std::string written = bailey::WriteFlow(*flow);
  const auto again = bailey::ParseFlow(written, "fuzz");
  CHECK(again.ok());
  CHECK(bailey::WriteFlow(*again) == written);
  return 0;
}
