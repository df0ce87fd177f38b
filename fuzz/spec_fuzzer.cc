// What a launcher sends an agent, of any bytes, is read whole or refused; what
// is read is written so that it reads back equal; nothing crashes.

#include <cstdint>

#include "common/check.h"
#include "executor/spec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto spec = bailey::executor::ParseSpec(text);
  if (!spec.ok()) return 0;
  const std::string written = bailey::executor::WriteSpec(*spec);
  const auto again = bailey::executor::ParseSpec(written);
  CHECK(again.ok());
  CHECK(bailey::executor::WriteSpec(*again) == written);
  return 0;
}
