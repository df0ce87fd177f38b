// Runs a filter and says which way it took: for tests that must have executed
// each instruction.
//
//   for (uint32_t at : TraceBpf(program, data).path) executed[at] = true;

#ifndef BAILEY_COMMON_BPF_TRACE_H_
#define BAILEY_COMMON_BPF_TRACE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "common/bpf/evaluator.h"

namespace bailey {

struct BpfTrace {
  uint32_t returned = 0;
  std::vector<uint32_t> path;  // the instructions executed, by index
};

// RunBpf's answer and its way. Requires a program that ValidateBpf accepts.
BpfTrace TraceBpf(std::span<const sock_filter> program,
                  const SeccompData& data);

}  // namespace bailey

#endif  // BAILEY_COMMON_BPF_TRACE_H_
