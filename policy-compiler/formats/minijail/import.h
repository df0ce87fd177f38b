// A policy of minijail as one of this language, with every way in which it
// differs from the filter that minijail would make.
//
//   ASSIGN_OR_RETURN(ImportedPolicy imported,
//                    ImportMinijail({"jail.policy", text}, {}));
//
// Both readers of google/minijail at commit 8d20993 (2026-07-30); see
// minijail_parser.h. For each system call the first filter that matches
// decides; comparisons are unsigned, of 64 bits; what nothing allows, another
// architecture and numbers that are not named kill the thread, unless @default
// says more.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_IMPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_IMPORT_H_

#include <string>

#include "common/result.h"
#include "policy-compiler/formats/imported_policy.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {

enum class MinijailReader {
  kAuto,         // the compiler if something in the file is for it alone
  kLibminijail,  // `minijail0 -S`
  kCompiler,     // compile_seccomp_policy.py
};

struct MinijailImportOptions {
  std::string name = "imported";  // the policy's
  bool full_widths = false;  // `widths full;`: exactly minijail's comparisons
  Architecture architecture = Architecture::kX8664;
  MinijailReader reader = MinijailReader::kAuto;
  // For `@include`, whose paths are taken relative to the file's own folder.
  FileLookup file = {};
};

// Errors of the text are in the diagnostics, all of them; the policy's text is
// empty then.
Result<ImportedPolicy> ImportMinijail(const SourceText& text,
                                      const MinijailImportOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_IMPORT_H_
