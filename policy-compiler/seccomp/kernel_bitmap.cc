#include "policy-compiler/seccomp/kernel_bitmap.h"

#include <linux/seccomp.h>

#include <cstddef>
#include <optional>

namespace bailey::policy {
namespace {

// Byte offsets in struct seccomp_data.
constexpr uint32_t kNumberOffset = 0;
constexpr uint32_t kArchitectureOffset = 4;

class Emulation {
 public:
  Emulation(std::span<const sock_filter> program, uint32_t architecture,
            uint32_t number)
      : program_(program), architecture_(architecture), number_(number) {}

  bool EndsInAllow() {
    while (at_ < program_.size()) {
      if (const std::optional<bool> end = Step(program_[at_++])) return *end;
    }
    return false;
  }

 private:
  // The answer, once there is one.
  std::optional<bool> Step(const sock_filter& instruction) {
    const auto& [code, jt, jf, k] = instruction;
    switch (code) {
      case BPF_LD | BPF_W | BPF_ABS:
        return Load(k);
      case BPF_RET | BPF_K:
        return k == SECCOMP_RET_ALLOW;
      case BPF_JMP | BPF_JA:
        at_ += k;
        return std::nullopt;
      case BPF_JMP | BPF_JEQ | BPF_K:
        return Jump(held_ == k, instruction);
      case BPF_JMP | BPF_JGE | BPF_K:
        return Jump(held_ >= k, instruction);
      case BPF_JMP | BPF_JGT | BPF_K:
        return Jump(held_ > k, instruction);
      case BPF_JMP | BPF_JSET | BPF_K:
        return Jump((held_ & k) != 0, instruction);
      case BPF_ALU | BPF_AND | BPF_K:
        held_ &= k;
        return std::nullopt;
      default:
        return false;
    }
  }

  std::optional<bool> Load(uint32_t offset) {
    if (offset != kNumberOffset && offset != kArchitectureOffset) return false;
    held_ = offset == kNumberOffset ? number_ : architecture_;
    return std::nullopt;
  }

  std::optional<bool> Jump(bool taken, const sock_filter& instruction) {
    at_ += taken ? instruction.jt : instruction.jf;
    return std::nullopt;
  }

  const std::span<const sock_filter> program_;
  const uint32_t architecture_;
  const uint32_t number_;
  uint32_t held_ = 0;
  size_t at_ = 0;
};

}  // namespace

bool IsConstantAllow(std::span<const sock_filter> program,
                     uint32_t architecture, uint32_t number) {
  return Emulation(program, architecture, number).EndsInAllow();
}

}  // namespace bailey::policy
