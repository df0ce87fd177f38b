// `bailey policy compile --backend libseccomp`: the filter that libseccomp
// makes of a portion, under the same proof as ours.
//
//   if (UsesLibseccomp(options.backend))
//     tools = LibseccompTools(options.backend);

#ifndef BAILEY_CLI_POLICY_LIBSECCOMP_BACKEND_H_
#define BAILEY_CLI_POLICY_LIBSECCOMP_BACKEND_H_

#include <string_view>

#include "policy-compiler/plan/filters.h"

namespace bailey::cli {

inline constexpr const char* kBackends[] = {"bailey", "libseccomp",
                                            "libseccomp-tree"};

bool UsesLibseccomp(std::string_view backend);

// Of a backend that uses it; for plain filters.
policy::FilterTools LibseccompTools(std::string_view backend);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_LIBSECCOMP_BACKEND_H_
