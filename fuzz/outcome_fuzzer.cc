// What an agent sends as its outcome, of any bytes, is read whole or refused;
// what is read is written so that it reads back equal; nothing crashes.

#include <cstdint>

#include "common/check.h"
#include "executor/outcome.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outcome = bailey::executor::ParseOutcome(text, "fuzz");
  if (!outcome.ok()) return 0;
  (void)bailey::executor::ExitCode(*outcome);
  const std::string written = bailey::executor::WriteOutcome(*outcome);
  const auto again = bailey::executor::ParseOutcome(written, "fuzz");
  CHECK(again.ok());
  CHECK(bailey::executor::WriteOutcome(*again) == written);
  return 0;
}
