// The libraries of a program for an architecture whose machine code is not
// disassembled: every use of them is unresolved, and what a function's name
// lets one expect is assumed beside it.
//
//   auto libraries = UnreadLibraries(Architecture::kAarch64);
//   libraries->Unread("socket")->assumed;  // {198}

#ifndef BAILEY_ANALYZER_REPORT_UNREAD_LIBRARIES_H_
#define BAILEY_ANALYZER_REPORT_UNREAD_LIBRARIES_H_

#include <memory>

#include "analyzer/report/library_summaries.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {

std::unique_ptr<LibrarySummaries> UnreadLibraries(Architecture architecture);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_UNREAD_LIBRARIES_H_
