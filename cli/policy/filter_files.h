// Files with raw filters, for the verbs that take them.
//
//   ASSIGN_OR_RETURN(std::vector<BpfProgram> stack, ReadFilterStack(files));

#ifndef BAILEY_CLI_POLICY_FILTER_FILES_H_
#define BAILEY_CLI_POLICY_FILTER_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/bpf/raw_filter.h"
#include "common/fd.h"
#include "common/result.h"

namespace bailey::cli {

// What tells a raw filter from a policy where a verb takes both.
inline bool IsFilterFile(std::string_view path) {
  return path.ends_with(".bpf");
}

// In the order given; each is a program that the kernel would accept.
inline Result<std::vector<BpfProgram>> ReadFilterStack(
    const std::vector<std::string>& files) {
  std::vector<BpfProgram> stack;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string bytes,
                     ReadFile(file, kMaxBpfInstructions * sizeof(sock_filter)));
    ASSIGN_OR_RETURN(BpfProgram program, ParseRawFilter(bytes, file));
    stack.push_back(std::move(program));
  }
  return stack;
}

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_FILTER_FILES_H_
