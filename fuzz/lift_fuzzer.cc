// Raw filters of anybody's making: what ValidateBpf admits is lifted, or
// refused with an error; the text loads, says what the filters do on inputs
// made of the constants in them, but for what the lift lists, and never permits
// more.
//
//   lift_fuzzer -max_len=1024 fuzz/corpus/lift

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "common/bpf/raw_filter.h"
#include "common/check.h"
#include "policy-compiler/lift/lift.h"
#include "tests/policy-compiler/lift/lift_check.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kTimeoutMs = 2'000;

// Numbers and arguments around the filter's own constants.
void AskAbout(const CheckedLift& check, const std::vector<BpfProgram>& stack,
              const LiftedPolicy& lifted) {
  const uint32_t own =
      SyscallTable::For(check.policy().architecture).audit_arch();
  std::vector<uint32_t> constants = {0, 1, 0x40000001, 0x80000000, ~0u};
  for (const BpfProgram& program : stack)
    for (const sock_filter& instruction : program)
      if (constants.size() < 40) constants.push_back(instruction.k);
  SeccompData data;
  for (size_t i = 0; i < constants.size(); ++i) {
    for (const uint32_t near : {0u, 1u, ~0u}) {
      data.number = constants[i] + near;
      data.architecture =
          i % 7 == 0 ? constants[(i + 3) % constants.size()] : own;
      for (size_t a = 0; a < 6; ++a)
        data.arguments[a] =
            constants[(i * 5 + a * 3 + near) % constants.size()] |
            (i % 3 == a % 3 ? uint64_t{constants[i]} << 32 : 0);
      data.instruction_pointer = data.arguments[0];
      // Without a proof the list of differences is not whole.
      const bool looser = MayPermit(check.PolicyAnswer(data)) &&
                          !MayPermit(check.FilterAnswer(data));
      CHECK(!looser || !lifted.decided);
      CHECK(!lifted.decided || check.Agrees(data));
    }
  }
}

// Two filters where the first byte is odd.
std::vector<BpfProgram> StackOf(std::string_view bytes) {
  std::vector<BpfProgram> stack;
  if (bytes.empty()) return stack;
  const bool two = bytes.front() % 2 != 0;
  bytes.remove_prefix(1);
  const size_t words = bytes.size() / sizeof(sock_filter);
  const size_t first = two ? words / 2 : words;
  for (const auto& [from, count] :
       {std::pair(size_t{0}, first), std::pair(first, words - first)}) {
    if (count == 0) continue;
    const auto program = ParseRawFilter(
        bytes.substr(from * sizeof(sock_filter), count * sizeof(sock_filter)),
        "fuzz");
    if (!program.ok()) return {};
    stack.push_back(*program);
  }
  return stack;
}

void Lift(std::string_view bytes) {
  const std::vector<BpfProgram> stack = StackOf(bytes);
  const Result<Architecture> architecture = ArchitectureOf(stack);
  CHECK(architecture.ok() == !stack.empty());
  if (!architecture.ok()) return;
  LiftOptions options;
  options.architecture = *architecture;
  options.timeout_ms = kTimeoutMs;
  options.budget = {.steps = 300'000, .paths_of_a_number = 200};
  const Result<LiftedPolicy> lifted = LiftFilters(stack, options);
  if (!lifted.ok()) {
    CHECK(lifted.error().message.contains("too complex"));
    return;
  }
  const CheckedLift check(stack, *lifted);
  CHECK(!RenderLiftJson(*lifted).empty());
  AskAbout(check, stack, *lifted);
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: char and uint8_t have the same representation.
  bailey::policy::Lift({reinterpret_cast<const char*>(data), size});
  return 0;
}
