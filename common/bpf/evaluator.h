// Runs a seccomp filter as the kernel would, for tests, proofs and the agent.
//
//   BpfProgram filter = ...;
//   RETURN_IF_ERROR(ValidateBpf(filter));
//   uint32_t returned = RunBpf(filter, SeccompData{.number = 1, ...}).returned;
//
// The instructions are those that seccomp_check_filter admits
// (kernel/seccomp.c) and they behave as bpf_convert_filter makes them: 32-bit
// words, unsigned comparisons, division by zero returns 0 from the filter,
// shifts of 32 or more are refused, scratch memory is checked to be written
// before it is read.

#ifndef BAILEY_COMMON_BPF_EVALUATOR_H_
#define BAILEY_COMMON_BPF_EVALUATOR_H_

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "common/result.h"

namespace bailey {

using BpfProgram = std::vector<sock_filter>;

inline constexpr size_t kMaxBpfInstructions = 4096;  // BPF_MAXINSNS

// What a filter sees of a system call: struct seccomp_data.
struct SeccompData {
  uint32_t number = 0;
  uint32_t architecture = 0;  // AUDIT_ARCH_*
  uint64_t instruction_pointer = 0;
  std::array<uint64_t, 6> arguments{};

  bool operator==(const SeccompData&) const = default;
};

// The 32-bit word at a byte offset of struct seccomp_data (little-endian hosts,
// which all our targets are). `offset` is aligned and below 64.
uint32_t SeccompWord(const SeccompData& data, uint32_t offset);

// The kernel's own admission rules; an error names the instruction.
Result<> ValidateBpf(std::span<const sock_filter> program);

struct BpfRun {
  uint32_t returned;      // SECCOMP_RET_* | data
  uint32_t instructions;  // executed, the return included
};

// Requires a program that ValidateBpf accepts.
BpfRun RunBpf(std::span<const sock_filter> program, const SeccompData& data);

}  // namespace bailey

#endif  // BAILEY_COMMON_BPF_EVALUATOR_H_
