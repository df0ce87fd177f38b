// A portion's Makefile and compile_commands.json.
//
//   std::string text = MakefileText(compiles, link);
//
// Recipes change to the directory of the original command; every word is quoted
// for the shell and for make. Paths with characters that make cannot have in a
// target are an error.

#ifndef BAILEY_ANALYZER_REWRITE_MAKEFILE_H_
#define BAILEY_ANALYZER_REWRITE_MAKEFILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rewrite/portion_commands.h"
#include "common/result.h"

namespace bailey::analyzer {

// A word of a recipe, quoted for the shell and for make; an error for one with
// a line feed.
Result<std::string> MakeWord(std::string_view word);
// A file as a rule names it; an error where make has no way to name it.
Result<std::string> MakeTarget(std::string_view path);

Result<std::string> MakefileText(const std::vector<BuildCommand>& compiles,
                                 const BuildCommand& link);
std::string CompilationDatabaseText(const std::vector<BuildCommand>& compiles);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_MAKEFILE_H_
