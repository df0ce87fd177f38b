// minijail's frequency files: how often a program makes each system call, for
// filters that answer the frequent ones first.
//
//   ASSIGN_OR_RETURN(auto counts, ParseFrequencies({"app.frequency", text},
//                                                  Architecture::kX8664));
//   counts[0];  // how often read, by its number
//
// As google/minijail (commit 8d20993 of 2026-07-30, tools/parser.py) reads
// them: `NAME: COUNT` a line, comments from `#`, a line that ends with `\` goes
// on; counts of one call add up. Names that the table does not have are
// skipped, and so are those for other architectures (`NAME[arch=arm]`).

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_FREQUENCIES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_FREQUENCIES_H_

#include <cstdint>
#include <map>

#include "common/diagnostics.h"
#include "common/result.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// Every error of the file with its position.
Result<std::map<uint32_t, uint64_t>> ParseFrequencies(
    const SourceText& text, Architecture architecture);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_FREQUENCIES_H_
