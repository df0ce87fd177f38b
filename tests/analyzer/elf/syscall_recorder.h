// Runs a program and records which system calls it makes, by ptrace: what the
// analysis is measured against.
//
//   auto calls = RecordSyscalls({"/bin/true"});
//   if (!calls) GTEST_SKIP() << "ptrace is not permitted here";

#ifndef BAILEY_TESTS_ANALYZER_ELF_SYSCALL_RECORDER_H_
#define BAILEY_TESTS_ANALYZER_ELF_SYSCALL_RECORDER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bailey::analyzer {

// The numbers of all calls from the program's first instruction (the loader's)
// on, in it, its threads and children, up to where a child executes another
// program. Its output goes nowhere. Nothing if it could not be traced.
std::optional<std::set<uint32_t>> RecordSyscalls(
    const std::vector<std::string>& command);

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_ELF_SYSCALL_RECORDER_H_
