// Bytes as a raw filter: what is accepted runs to its end on any input, by a
// way that goes forward, and is written back as it was.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/bpf/filter_stack.h"
#include "common/bpf/raw_filter.h"
#include "common/bpf/trace.h"
#include "common/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bailey;
  // SAFETY: bytes are bytes.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Result<BpfProgram> program = ParseRawFilter(bytes, "fuzz");
  if (!program.ok()) return 0;
  CHECK(WriteRawFilter(*program) == bytes);
  SeccompData call{.number = 41,
                   .architecture = 0xc000003e,
                   .instruction_pointer = 0x1234567890,
                   .arguments = {2, 3, 0, ~uint64_t{0}, 1, 1u << 31}};
  for (uint32_t number = 0; number < 3; ++number) {
    call.number = number == 2 ? 0x40000000 : number;
    const BpfTrace trace = TraceBpf(*program, call);
    CHECK(trace.returned == RunBpf(*program, call).returned);
    for (size_t i = 1; i < trace.path.size(); ++i)
      CHECK(trace.path[i] > trace.path[i - 1]);
    const BpfProgram stack[] = {*program, *program};
    CHECK(EffectiveReturn(RunBpfStack(stack, call)) ==
          EffectiveReturn(trace.returned));
  }
  return 0;
}
