// How often calls are made, as JSON: {"futex": 250, "read": 220.5}.
//
//   ASSIGN_OR_RETURN(Frequencies frequencies,
//                    ParseFrequencyJson(text, "app.json",
//                    Architecture::kX8664));

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_FREQUENCY_JSON_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_FREQUENCY_JSON_H_

#include <string_view>

#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::policy {

// Every member names a call of the architecture, and counts are numbers from 0
// to 1e15. The error names all that are wrong.
Result<Frequencies> ParseFrequencyJson(std::string_view text,
                                       std::string_view name,
                                       Architecture architecture);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_FREQUENCY_JSON_H_
