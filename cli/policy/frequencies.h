// How often a program makes each call, from a file: minijail's lines or JSON.
//
//   ASSIGN_OR_RETURN(policy::Frequencies frequencies,
//                    LoadFrequencies("app.frequency", Architecture::kX8664));

#ifndef BAILEY_CLI_POLICY_FREQUENCIES_H_
#define BAILEY_CLI_POLICY_FREQUENCIES_H_

#include <string>

#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::cli {

// JSON where the text begins with `{`. Never empty: a file that counts nothing
// is an error, as is one with any mistake in it.
Result<policy::Frequencies> LoadFrequencies(const std::string& path,
                                            Architecture architecture);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_FREQUENCIES_H_
