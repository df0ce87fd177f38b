// Writes the sources of a split program's portions, and how to build them.
//
//   ASSIGN_OR_RETURN(
//       std::vector<WrittenPortion> written,
//       WritePortions(plan, flow, {"out", "libbailey-runtime.a", "include"},
//                     diagnostics));
//   // make -C written[0].directory  builds  written[0].program
//
// OUTPUT/PORTION/ gets a copy of each unit of which the portion has something:
// what is there is byte for byte the source; a function that crosses has a stub
// for a body, one that is elsewhere a body that says so and aborts; a global
// that is elsewhere is only declared. Headers stay where they are. A portion
// that answers also gets bailey_service.c, and, at the end of each unit, the
// glue that calls the unit's functions; and bailey_fuzz.c, from which
// `make fuzz-PORTION` builds a fuzzer that plays its hostile client. Then a
// Makefile and a compile_commands.json.
//
// A client's channels are numbered from 0 in the order in which plan.crossings
// first mentions the portions that it calls; a server's one channel is 0.
//
// C and C++ (docs/split.md, "C++"). Nothing is written when there is any error.

#ifndef BAILEY_ANALYZER_REWRITE_WRITE_PORTIONS_H_
#define BAILEY_ANALYZER_REWRITE_WRITE_PORTIONS_H_

#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::analyzer {

struct RewriteOptions {
  std::string output_directory;  // made if it is not there
  std::string runtime_library;   // libbailey-runtime.a
  std::string runtime_include;   // the directory that holds runtime/crossing.h
  // libbailey-portion-fuzz.a; without it no fuzzers are written.
  std::string fuzz_library = "";
};

struct WrittenPortion {
  std::string name;
  std::string directory;  // absolute, with the Makefile
  std::string program;    // absolute; what the Makefile builds
};

// One an entry of plan.portions, in its order. An error in a source is added to
// `diagnostics` with its place; the Result then fails as well.
Result<std::vector<WrittenPortion>> WritePortions(const Plan& plan,
                                                  const Flow& flow,
                                                  const RewriteOptions& options,
                                                  Diagnostics& diagnostics);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_WRITE_PORTIONS_H_
