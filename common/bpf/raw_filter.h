// A filter as the kernel reads it: an array of struct sock_filter, such as
// `bailey policy compile --emit bpf` writes, libseccomp exports and
// PTRACE_SECCOMP_GET_FILTER hands out.
//
//   ASSIGN_OR_RETURN(BpfProgram filter, ParseRawFilter(bytes, "web.bpf"));

#ifndef BAILEY_COMMON_BPF_RAW_FILTER_H_
#define BAILEY_COMMON_BPF_RAW_FILTER_H_

#include <string>
#include <string_view>

#include "common/bpf/evaluator.h"
#include "common/result.h"

namespace bailey {

// A program that ValidateBpf accepts; else an error that names `name`. The byte
// order is the host's, as the kernel has it.
Result<BpfProgram> ParseRawFilter(std::string_view bytes,
                                  std::string_view name);

std::string WriteRawFilter(const BpfProgram& program);

}  // namespace bailey

#endif  // BAILEY_COMMON_BPF_RAW_FILTER_H_
