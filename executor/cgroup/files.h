// The cgroup file system, as far as limits need it: an edge to the operating
// system that tests replace by a tree of their own.
//
//   CgroupFiles files;
//   ASSIGN_OR_RETURN(UniqueFd lock, files.MakeLocked(directory));
//   RETURN_IF_ERROR(files.Write(directory + "/pids.max", "16"));
//
// Who made a directory holds an flock(2) on it, which the kernel drops when the
// last process that has the descriptor ends: so a directory whose lock is free
// has no owner any more, whatever became of process ids meanwhile.

#ifndef BAILEY_EXECUTOR_CGROUP_FILES_H_
#define BAILEY_EXECUTOR_CGROUP_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

class CgroupFiles {
 public:
  CgroupFiles() = default;
  CgroupFiles(const CgroupFiles&) = delete;
  CgroupFiles& operator=(const CgroupFiles&) = delete;
  virtual ~CgroupFiles() = default;

  virtual Result<std::string> Read(const std::string& path) const;
  virtual bool Exists(const std::string& path) const;
  // One write of all of `text` to a file that is there.
  virtual Result<> Write(const std::string& path, std::string_view text);
  // A new cgroup that only our user may look into, and its lock. Another's of
  // that name is an error.
  virtual Result<UniqueFd> MakeLocked(const std::string& path);
  // Fails while a process is in it.
  virtual Result<> Remove(const std::string& path);
  // Removes a cgroup whose lock is free; true if it did.
  bool RemoveAbandoned(const std::string& path);
  // The names of the directories in a directory; none if it cannot be read.
  virtual std::vector<std::string> Children(const std::string& path) const;
  // For who is to enter the cgroup, by writing "0" there.
  virtual Result<UniqueFd> OpenEntry(const std::string& directory);
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_CGROUP_FILES_H_
