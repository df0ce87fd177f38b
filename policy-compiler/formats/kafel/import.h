// A policy of Kafel (nsjail's, `--seccomp_policy`) as one of this language,
// with every way in which it differs from the filter that Kafel would make.
//
//   ASSIGN_OR_RETURN(ImportedPolicy imported,
//                    ImportKafel({"jail.kafel", text}, {}));
//
// Kafel as it is in google/kafel at commit 18f2074 (2026-04-04), read from its
// parser.y, lexer.l, range_rules.c, codegen.c and tables: the first rule that
// matches decides; comparisons are unsigned, in 32 bits of arguments that its
// table says are of at most 4 bytes, else in 64; DENY and KILL kill the thread,
// and so does another architecture; numbers that no rule names get the default,
// x32's among them, which is KILL where there is none.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_IMPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_IMPORT_H_

#include <string>

#include "common/result.h"
#include "policy-compiler/formats/imported_policy.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {

struct KafelImportOptions {
  std::string name = "imported";  // the policy's
  bool full_widths = false;       // `widths full;`: exactly Kafel's comparisons
  Architecture architecture = Architecture::kX8664;
  // For `#include`, whose paths are taken relative to the file's own folder.
  FileLookup file = {};
};

// Errors of the text are in the diagnostics, all of them; the policy's text is
// empty then.
Result<ImportedPolicy> ImportKafel(const SourceText& text,
                                   const KafelImportOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_IMPORT_H_
