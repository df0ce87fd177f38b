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

// What a unit is linked into: the first of these, if several.
enum class UnitPlace { kProgram, kLibrary, kPlugin };

struct ProgramSelection {
  std::vector<CompileEntry> compiles;  // ordered by file
  std::vector<UnitPlace> places;       // one for each of `compiles`
  std::optional<LinkCommand> link;     // none was captured
  // Shared libraries and plugins of this build whose units are among
  // `compiles`: what these link with, the program is loaded with, too.
  std::vector<LinkCommand> built_libraries;
  // Linked in, but not compiled from C or C++ here: assembler, foreign objects
  // and archives. Absolute paths.
  std::vector<std::string> opaque_inputs;
  std::vector<std::string> shared_objects;  // named by path in the link
  // Archives and shared libraries of this build whose units are among
  // `compiles`, under the names by which they were linked. Absolute paths.
  std::vector<std::string> built_files;
  // Of the plugins that were asked for: those of which the units are not known.
  std::vector<std::string> opaque_plugins;
  size_t source_plugins = 0;  // how many are among `built_libraries`
};

// Archives and relocatable objects of the build are followed to the units of
// all their members, whichever the linker takes; so are shared libraries and
// `plugins` (absolute paths) that the build made of nothing but C and C++.
// `sources` (absolute; may be empty) must all go into the program. `program` is
// the name or path of its file, or empty when there is but one. Without links
// in the record, the program is `sources`, or all that was compiled. Errors
// list what there is to choose from.
Result<ProgramSelection> SelectProgram(
    const BuildRecord& record, const std::vector<std::string>& sources,
    const std::string& program, const std::vector<std::string>& plugins = {});

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_SELECTION_H_
