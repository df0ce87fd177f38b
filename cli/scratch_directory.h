// A directory that is removed, with what is in it, at the end; and that of a
// process that was killed by the next one that makes one in the same place.
//
//   ASSIGN_OR_RETURN(ScratchDirectory scratch, ScratchDirectory::Create());
//   ... scratch.path() + "/report.json" ...
//
// It is below TMPDIR, or /tmp. Its owner holds an flock(2) on it, which the
// kernel drops when the owner ends, however it ends: only directories with our
// form of name, of our own user, and with a free lock are removed.

#ifndef BAILEY_CLI_SCRATCH_DIRECTORY_H_
#define BAILEY_CLI_SCRATCH_DIRECTORY_H_

#include <string>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::cli {

class ScratchDirectory {
 public:
  static Result<ScratchDirectory> Create();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  const std::string& path() const { return path_; }

 private:
  ScratchDirectory(std::string path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  UniqueFd lock_;
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_SCRATCH_DIRECTORY_H_
