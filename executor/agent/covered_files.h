// The files that a rule's mount would hide: a rule for `/usr/**` shows the
// host's /usr, and a program's libraries in it, where nothing can be executed.
// Each is kept and put back on top, as it was checked; so is a credential's
// file, and where the portion has none, the host's is covered by what cannot be
// opened.
//
//   ASSIGN_OR_RETURN(CoveredFiles covered,
//                    CoveredFiles::Take(root, setup, paths_of_mounts));
//   ... the rules' trees are mounted ...
//   RETURN_IF_ERROR(covered.PutBack(root, setup.writable));

#ifndef BAILEY_EXECUTOR_AGENT_COVERED_FILES_H_
#define BAILEY_EXECUTOR_AGENT_COVERED_FILES_H_

#include <span>
#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"

namespace bailey::executor {

class CoveredFiles {
 public:
  // Of the files that `root` holds, those at or below one of the paths. The
  // root's devices are mounted already.
  static Result<CoveredFiles> Take(int root, const ContainerSetup& setup,
                                   std::span<const std::string> mounts);

  // Links on the way to a file are the host's, and followed inside the root;
  // not below a place that the program may write.
  Result<> PutBack(int root, const std::vector<std::string>& writable) const;

  // Where a file of the program's is now, covered or not.
  static Result<UniqueFd> Find(int root, const std::string& path,
                               const std::vector<std::string>& writable);

 private:
  struct Kept {
    std::string path;
    bool must_be_there = true;  // else there is nothing to hide
    UniqueFd tree;              // a mount of the file alone, attached nowhere
  };
  std::vector<Kept> kept_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_COVERED_FILES_H_
