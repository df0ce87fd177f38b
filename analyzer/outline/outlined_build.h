// The build of an outlined program: copies of its sources, and the compile
// database and record of links for them, from which it is analyzed and split
// like any other.
//
//   RETURN_IF_ERROR(WriteOutlinedBuild(flow, sources, "build", "outlined"));
//   // bailey analyze -p outlined
//
// Units lie below the folder as they lay below their own, so that functions and
// places keep their names. Headers stay where they are. __FILE__ stays, too.

#ifndef BAILEY_ANALYZER_OUTLINE_OUTLINED_BUILD_H_
#define BAILEY_ANALYZER_OUTLINE_OUTLINED_BUILD_H_

#include <string>
#include <vector>

#include "analyzer/outline/outline_program.h"
#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

struct OutlinedBuild {
  std::string build_directory;  // of the program as it is
  // That the program's ids and places are relative to; empty: as `analyze`
  // chooses it.
  std::string root;
  std::string output_directory;  // made if it is not there
};

// Units of the program alone; other entries of the build stay as they are.
Result<> WriteOutlinedBuild(const Flow& flow,
                            const std::vector<OutlinedSource>& sources,
                            const OutlinedBuild& build);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_OUTLINED_BUILD_H_
