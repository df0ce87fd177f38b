// The program as it was at another revision of its git repository, ready to be
// analyzed: for `bailey check --diff REV`.
//
//   ASSIGN_OR_RETURN(RevisionBuild before,
//                    PrepareRevision("HEAD~1", "build", report, root,
//                    scratch));
//   // before.build_directory holds a compile_commands.json for before.root
//
// The files come out of git through an index of our own into the scratch
// directory: nothing is registered in the repository (no `git worktree`), so
// that nothing is left there however this process ends, and no hook runs.

#ifndef BAILEY_CLI_REVISION_H_
#define BAILEY_CLI_REVISION_H_

#include <string>
#include <vector>

#include "common/documents/report.h"
#include "common/result.h"

namespace bailey::cli {

struct RevisionBuild {
  std::string repository;  // absolute
  std::string tree;        // absolute: the repository as it was
  std::string build_directory;
  std::string root;                // of the report's paths, in `tree`
  std::vector<std::string> notes;  // what had to be assumed, for people

  // A path of the repository as the one in the tree; others stay.
  std::string Mapped(const std::string& path) const;
};

// `report` and `root` are of the program as it is now. What it read that git
// does not know (a generated config.h) is taken as it is now, and said; a
// source that the revision lacks is left out, so that all it does is new.
Result<RevisionBuild> PrepareRevision(const std::string& revision,
                                      const std::string& build_directory,
                                      const Report& report,
                                      const std::string& root,
                                      const std::string& scratch);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_REVISION_H_
