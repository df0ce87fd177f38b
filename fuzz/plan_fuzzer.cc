// A plan of any bytes is read whole or refused; what is read is written so that
// it reads back equal; nothing crashes.

#include <cstdint>

#include "common/check.h"
#include "common/documents/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bailey::Result<bailey::Plan> plan = bailey::ParsePlan(text, "fuzz");
  if (!plan.ok()) return 0;
  const std::string written = bailey::WritePlan(*plan);
  const bailey::Result<bailey::Plan> again = bailey::ParsePlan(written, "fuzz");
  CHECK(again.ok());
  CHECK(bailey::WritePlan(*again) == written);
  return 0;
}
