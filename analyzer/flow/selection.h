// Which of a build's translation units make up one program.
//
//   ASSIGN_OR_RETURN(ProgramSelection selection,
//                    SelectProgram(record, {"main.c"}, "notary"));
//   // selection.compiles, selection.link

#ifndef BAILEY_ANALYZER_FLOW_SELECTION_H_
#define BAILEY_ANALYZER_FLOW_SELECTION_H_

#include <optional>
#include <string>
#include <vector>

#include "analyzer/capture/build_record.h"
#include "common/result.h"

namespace bailey::analyzer {

struct ProgramSelection {
  std::vector<CompileEntry> compiles;  // ordered by file
  std::optional<LinkCommand> link;     // none was captured
  // Linked in, but not compiled from C or C++ here: assembler, foreign objects
  // and archives. Absolute paths.
  std::vector<std::string> opaque_inputs;
  std::vector<std::string> shared_objects;  // named by path in the link
  // Archives of this build whose members are among `compiles`. Absolute paths.
  std::vector<std::string> built_archives;
};

// `sources` (absolute; may be empty) must all go into the program. `program` is
// the name or path of its file, or empty when there is but one. Without links
// in the record, the program is `sources`, or all that was compiled. Errors
// list what there is to choose from.
Result<ProgramSelection> SelectProgram(const BuildRecord& record,
                                       const std::vector<std::string>& sources,
                                       const std::string& program);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_SELECTION_H_
