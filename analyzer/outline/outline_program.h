// Parts of functions made functions of their own, source to source, before a
// program is analyzed and split: what holds a credential is cut out of
// functions that must stay untrusted (docs/split.md, "A cut inside a
// function").
//
//   ASSIGN_OR_RETURN(const std::vector<OutlinedSource> sources,
//                    OutlineProgram(flow, {{{"load_key", "main"}}, {"hmac"}},
//                                   diagnostics));
//   // sources[0].text has `static int load_key(…)` before main
//
// A first analysis says by which calls a function gets a credential; the tree
// says what it does with it. Whatever is chosen is analyzed and placed again
// like any program: a part that is too small is refused there.

#ifndef BAILEY_ANALYZER_OUTLINE_OUTLINE_PROGRAM_H_
#define BAILEY_ANALYZER_OUTLINE_OUTLINE_PROGRAM_H_

#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

struct OutlineRequest {
  std::string name;      // of the new function
  std::string function;  // by its C name, or its id
};

struct OutlineOptions {
  std::vector<OutlineRequest> requests;   // in the order of the text
  std::vector<std::string> declassified;  // functions, by C name
};

// A unit of which functions were cut.
struct OutlinedSource {
  std::string file;  // as the unit names it
  std::string text;  // places are those of `file`, by #line
};

// C only. What cannot be cut is an error in `diagnostics`, with its place in
// the program's own source; the Result then fails as well.
Result<std::vector<OutlinedSource>> OutlineProgram(
    const Flow& flow, const OutlineOptions& options, Diagnostics& diagnostics);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_OUTLINE_PROGRAM_H_
