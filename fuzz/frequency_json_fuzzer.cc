// Bytes as frequencies in JSON: what is accepted counts known calls, each from
// 0 to 1e15.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/check.h"
#include "policy-compiler/seccomp/frequency_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bailey;
  // SAFETY: bytes are bytes.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read =
      policy::ParseFrequencyJson(text, "fuzz", Architecture::kX8664);
  if (!read.ok()) return 0;
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  for (const auto& [number, count] : *read) {
    CHECK(table.FindByNumber(number) != nullptr);
    CHECK(count >= 0 && count <= 1e15);
  }
  return 0;
}
