// The system calls of the cgroup file system, and the lock that says whose a
// directory is.

#include "executor/cgroup/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace bailey::executor {
namespace {

// Nobody else may open it, and so nobody else can hold its lock.
constexpr mode_t kOwnersOnly = 0700;

Result<UniqueFd> OpenDirectory(const std::string& path) {
  return OpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

// Without waiting: who has it is alive.
bool Lock(int fd) { return flock(fd, LOCK_EX | LOCK_NB) == 0; }

bool IsStillThere(int fd, const std::string& path) {
  struct stat by_fd{};
  struct stat by_path{};
  return fstat(fd, &by_fd) == 0 && stat(path.c_str(), &by_path) == 0 &&
         by_fd.st_dev == by_path.st_dev && by_fd.st_ino == by_path.st_ino;
}

}  // namespace

Result<std::string> CgroupFiles::Read(const std::string& path) const {
  return ReadFile(path);
}

bool CgroupFiles::Exists(const std::string& path) const {
  return access(path.c_str(), F_OK) == 0;
}

Result<> CgroupFiles::Write(const std::string& path, std::string_view text) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(path, O_WRONLY));
  return WriteAll(fd.get(), text, path);
}

Result<UniqueFd> CgroupFiles::MakeLocked(const std::string& path) {
  if (mkdir(path.c_str(), kOwnersOnly) != 0) {
    return FailErrno(fmt::format("cannot make the cgroup `{}`", path));
  }
  ASSIGN_OR_RETURN(UniqueFd fd, OpenDirectory(path));
  // Between mkdir and the lock another launcher may have taken it for
  // abandoned: then it is gone, or is going.
  if (Lock(fd.get()) && IsStillThere(fd.get(), path)) return fd;
  return Fail(fmt::format("the cgroup `{}` was taken away", path));
}

Result<> CgroupFiles::Remove(const std::string& path) {
  if (rmdir(path.c_str()) == 0) return {};
  return FailErrno(fmt::format("cannot remove the cgroup `{}`", path));
}

bool CgroupFiles::RemoveAbandoned(const std::string& path) {
  const auto fd = OpenDirectory(path);
  return fd.ok() && Lock(fd->get()) && Remove(path).ok();
}

std::vector<std::string> CgroupFiles::Children(const std::string& path) const {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entries(path, error);
  for (; !error && entries != std::filesystem::directory_iterator();
       entries.increment(error)) {
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      names.push_back(entries->path().filename().string());
    }
  }
  return names;
}

Result<UniqueFd> CgroupFiles::OpenEntry(const std::string& directory) {
  return OpenFile(directory + "/cgroup.procs", O_WRONLY);
}

}  // namespace bailey::executor
