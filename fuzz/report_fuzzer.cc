// A report of any bytes is read whole or refused; what is read is written so
// that it reads back equal; nothing crashes.

#include <cstdint>

#include "common/check.h"
#include "common/documents/report.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto report = bailey::ParseReport(text, "fuzz");
  if (!report.ok()) return 0;
  const std::string written = bailey::WriteReport(*report);
  const auto again = bailey::ParseReport(written, "fuzz");
  CHECK(again.ok());
  CHECK(bailey::WriteReport(*again) == written);
  for (const bailey::Capability& capability : report->capabilities)
    for (const bailey::ArgumentValues& argument : capability.arguments)
      for (const bailey::ValueSet& set : argument.values)
        CHECK(Contains(set, set.min) && Contains(set, set.max) &&
              Contains(set, set));
  return 0;
}
