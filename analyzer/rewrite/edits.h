// The single edits that make a portion's source of the program's: a body that
// traps, a definition that becomes a declaration. Each checks that what it
// replaces stands in the file as it is, not in a macro; names may come from
// macros (`#define f library_f`), so that each edit hit what it meant is for
// written_check.h to see, once the whole text can be parsed.
//
//   SourceFile file{"/src/f.c", text};
//   ASSIGN_OR_RETURN(Splice splice, ReplaceBody(file, function, "{ ... }"));

#ifndef BAILEY_ANALYZER_REWRITE_EDITS_H_
#define BAILEY_ANALYZER_REWRITE_EDITS_H_

#include <string>
#include <string_view>

#include "analyzer/rewrite/splice.h"
#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

struct SourceFile {
  std::string path;
  std::string text;
};

Result<> CheckFunction(const SourceFile& file, const FlowFunction& function);
Result<> CheckGlobal(const SourceFile& file, const FlowGlobal& global);

Result<Splice> ReplaceBody(const SourceFile& file, const FlowFunction& function,
                           std::string body);
// A body that says the function's name and aborts.
Result<Splice> TrapBody(const SourceFile& file, const FlowFunction& function);
// Whether the definition is marked to run before or after `main`, which a body
// that traps must not.
bool RunsByItself(const SourceFile& file, const FlowFunction& function);
// Gives the definition another name: a portion that answers has its own `main`.
Result<Splice> RenameDefinition(const SourceFile& file,
                                const FlowFunction& function,
                                std::string_view new_name);
// `static int a = 1;` becomes `extern int a;`, which names the type and no
// object: a use that should not be there fails to link.
Result<Splice> DeclareOnly(const SourceFile& file, const FlowGlobal& global);

// The text of DeclareOnly(): `static` goes, and each initializer.
std::string ExternDeclaration(std::string_view definition);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_EDITS_H_
