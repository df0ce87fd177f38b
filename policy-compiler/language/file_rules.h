// File rules: their paths, and the system calls that they imply.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_FILE_RULES_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_FILE_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "common/documents/plan.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// The path of a file rule or of a file credential: absolute, without `.`, `..`,
// empty components or globs (a rule's may end in `/**`). Nothing after an
// error, which was reported.
struct FilePath {
  std::string path;  // without the `/**`
  bool hierarchy = false;
};
std::optional<FilePath> ParseRulePath(const Name& written,
                                      TextReporter& report);
std::optional<std::string> ParseExactPath(const Name& written,
                                          TextReporter& report);

PlanFileRule MakeFileRule(FileAccess access, const FilePath& path,
                          uint32_t rule);

// Whether a rule lets its portion reach `path`. An exact rule for a directory
// above it counts: Landlock would grant what is below.
bool Covers(const PlanFileRule& rule, std::string_view path);

// The system calls that a portion with these file rules needs to open and look
// at files, each with the index of the first rule of its kind: the calls do not
// depend on the path. docs/policy-language.md lists them.
std::vector<SyscallRule> ImpliedSyscalls(
    Architecture architecture, const std::vector<PlanFileRule>& files);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_FILE_RULES_H_
