// From policy text to the resolved policy, and from a command line's words to
// one system call to ask it about.
//
//   ParsedPolicy parsed = LoadPolicy({"notary.policy", text},
//   FindBuiltinPolicy); std::cerr << RenderText(parsed.diagnostics); if
//   (!parsed.policy) return 2;
//
//   const std::vector<std::string> words = {"AF_INET", "SOCK_STREAM", "0"};
//   ASSIGN_OR_RETURN(SeccompData data,
//                    ParseInvocation(parsed.policy->architecture, "socket",
//                    words));
//   Verdict verdict = Evaluate(parsed.policy->architecture, portion, data);

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_COMPILE_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_COMPILE_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/diagnostics.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// The text of a built-in library by its name ("runtime/c"), or nothing.
using LibraryLookup =
    std::function<std::optional<std::string>(std::string_view name)>;

// A policy file that another uses: its bytes, and what is the same for every
// path to it.
struct UsedFile {
  std::string identity;
  std::string text;
};
using FileLookup = std::function<Result<UsedFile>(const std::string& path)>;

// Where `use` looks.
struct PolicySources {
  LibraryLookup library;
  FileLookup file;                              // none: no file can be used
  std::vector<std::string> library_names = {};  // for "did you mean"
};

struct ParsedPolicy {
  // There is one exactly when `diagnostics` has no errors: for x86_64 if that
  // is a target, else for the first that the policy names.
  std::optional<Policy> policy;
  // The same policy for its other targets. They have the same rules under the
  // same indexes; what a target lacks is left out of its calls.
  std::vector<Policy> other_targets = {};
  Diagnostics diagnostics;  // every error and warning, in reading order
};

// Never fails otherwise, whatever the text. The text's name is the path from
// which the files that it uses are looked up.
ParsedPolicy LoadPolicy(const SourceText& text, const PolicySources& sources);
// The same with built-in libraries alone.
ParsedPolicy LoadPolicy(const SourceText& text, const LibraryLookup& library);

// The policy for that target; null if it has none such, or errors.
const Policy* FindTarget(const ParsedPolicy& parsed, Architecture target);

// A system call by name or number with up to six arguments, each a constant
// expression of the policy language (`AF_UNIX`, `O_RDONLY|O_CLOEXEC`, `-100`);
// those that are missing are 0, and so is the instruction pointer. Negative
// values are sign-extended to 64 bits.
Result<SeccompData> ParseInvocation(Architecture architecture,
                                    std::string_view syscall_name_or_number,
                                    std::span<const std::string> arguments);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_COMPILE_H_
