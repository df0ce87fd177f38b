// Reads a portion's source again before it is written, and refuses what it
// defines beside what the plan puts there. The edits go by offsets and tokens;
// a macro can hide an initializer from them, a second declaration can define
// anew what was taken out, and of two weak definitions flow.json knows one.
// What is left here of such a thing would be in the wrong program.
//
//   CheckWritten({unit, compile, text, allowed}, diagnostics);
//
// Seen by Clang: text that only another compiler lets through its preprocessor
// is not seen here, nor by the analysis.

#ifndef BAILEY_ANALYZER_REWRITE_WRITTEN_CHECK_H_
#define BAILEY_ANALYZER_REWRITE_WRITTEN_CHECK_H_

#include <map>
#include <set>
#include <string>

#include "analyzer/rewrite/portion_commands.h"
#include "common/diagnostics.h"
#include "common/documents/flow.h"

namespace bailey::analyzer {

struct WrittenUnit {
  const FlowUnit& unit;
  const BuildCommand& compile;
  const std::string& text;
  std::string portion;
  // C names, of C++ mangled ones, of what this file may define. Names of the
  // generated glue begin with `bailey_` and are allowed.
  std::set<std::string> functions;
  std::set<std::string> globals;
  // Names that some file of the program defines.
  std::set<std::string> known;
  // Those of `functions` whose body must trap or be a stub, by C name: what the
  // body calls for that, with the function's name as an argument.
  std::map<std::string, std::string> bodies = {};
  // Of C++: by the name of generated glue, the function that it has to call.
  std::map<std::string, std::string> glue = {};
};

// Each violation, and each error of a text that does not parse, is an error.
void CheckWritten(const WrittenUnit& written, Diagnostics& diagnostics);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_WRITTEN_CHECK_H_
