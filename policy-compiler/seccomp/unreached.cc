#include "policy-compiler/seccomp/unreached.h"

#include <cstddef>
#include <vector>

namespace bailey::policy {
namespace {

bool IsAlwaysJump(const sock_filter& instruction) {
  return instruction.code == (BPF_JMP | BPF_JA);
}

bool IsConditionalJump(const sock_filter& instruction) {
  return BPF_CLASS(instruction.code) == BPF_JMP && !IsAlwaysJump(instruction);
}

std::vector<bool> ReachedIn(const BpfProgram& program) {
  std::vector<bool> reached(program.size());
  reached[0] = true;
  for (size_t at = 0; at < program.size(); ++at) {
    const sock_filter& instruction = program[at];
    if (!reached[at] || BPF_CLASS(instruction.code) == BPF_RET) continue;
    if (IsAlwaysJump(instruction)) {
      reached[at + 1 + instruction.k] = true;
    } else if (IsConditionalJump(instruction)) {
      reached[at + 1 + instruction.jt] = true;
      reached[at + 1 + instruction.jf] = true;
    } else {
      reached[at + 1] = true;
    }
  }
  return reached;
}

}  // namespace

BpfProgram WithoutUnreached(const BpfProgram& program) {
  const std::vector<bool> reached = ReachedIn(program);
  std::vector<size_t> place(program.size());  // in the shorter program
  size_t kept = 0;
  for (size_t at = 0; at < program.size(); ++at) {
    place[at] = kept;
    kept += reached[at] ? 1 : 0;
  }
  BpfProgram shorter;
  for (size_t at = 0; at < program.size(); ++at) {
    if (!reached[at]) continue;
    sock_filter instruction = program[at];
    const auto distance = [&](size_t over) {
      return place[at + 1 + over] - place[at] - 1;
    };
    if (IsAlwaysJump(instruction)) {
      instruction.k = static_cast<uint32_t>(distance(instruction.k));
    } else if (IsConditionalJump(instruction)) {
      instruction.jt = static_cast<uint8_t>(distance(instruction.jt));
      instruction.jf = static_cast<uint8_t>(distance(instruction.jf));
    }
    shorter.push_back(instruction);
  }
  return shorter;
}

}  // namespace bailey::policy
