// The system calls by which an unmodified program starts, as rules that `eval`,
// the outcome and the proof show like any other.
//
//   AddLoaderRules(loader, policy);  // `loader` is "runtime/loader", loaded

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_LOADER_RULES_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_LOADER_RULES_H_

#include <string_view>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// The name of the built-in library that has them, each with its reason.
inline constexpr std::string_view kLoaderLibrary = "runtime/loader";

// Adds the rules of the first portion of `loader` to every portion of `policy`,
// behind its own; a second call, or a policy that uses the library already,
// changes nothing. They are allow rules: what the author denies stays denied.
void AddLoaderRules(const Policy& loader, Policy& policy);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_LOADER_RULES_H_
