// `plugins`: the files that a program may load while it runs.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_PLUGINS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_PLUGINS_H_

#include <optional>
#include <string>

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

inline constexpr size_t kMaxPlugins = 64;

// An absolute path without `.`, `..` and empty components, whose last component
// alone may have `*` and `?`. Nothing after an error, which was reported.
std::optional<std::string> ParsePluginPattern(const Name& written,
                                              TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_PLUGINS_H_
