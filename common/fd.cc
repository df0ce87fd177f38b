#include "common/fd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>

namespace bailey {
namespace {

std::string Quoted(std::string_view verb, std::string_view name) {
  return fmt::format("cannot {} `{}`", verb, name);
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Removes a temporary file unless it was renamed into place.
class TemporaryName {
 public:
  explicit TemporaryName(std::string path) : path_(std::move(path)) {}
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  std::string path_;
};

Result<> WriteAndSync(int fd, std::string_view bytes, mode_t mode,
                      const std::string& path) {
  RETURN_IF_ERROR(WriteAll(fd, bytes, path));
  if (fchmod(fd, mode) != 0) return FailErrno(Quoted("set the mode of", path));
  if (fsync(fd) != 0) return FailErrno(Quoted("sync", path));
  return {};
}

std::string NameOf(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Gives a file without a name the name `path`. Where that is free it never has
// another. Where it is not, a second one is needed for a moment: always the
// same, so that what a process that was killed there has left is replaced by
// the next write. False: another writer of the same file took ours for that.
Result<bool> Publish(int fd, const std::string& path) {
  const std::string source = fmt::format("/proc/self/fd/{}", fd);
  const std::string second = fmt::format("{}/.{}.bailey-new", DirectoryOf(path),
                                         NameOf(path).substr(0, 200));
  const auto link_to = [&](const std::string& name) {
    return linkat(AT_FDCWD, source.c_str(), AT_FDCWD, name.c_str(),
                  AT_SYMLINK_FOLLOW) == 0;
  };
  if (link_to(path)) return true;
  if (errno != EEXIST) return FailErrno(Quoted("write", path));
  if (!link_to(second)) {
    if (errno != EEXIST) return FailErrno(Quoted("replace", path));
    if (unlink(second.c_str()) == 0 || errno == ENOENT) return false;
    return FailErrno(Quoted("remove", second));
  }
  TemporaryName temporary(second);
  if (rename(second.c_str(), path.c_str()) == 0) {
    temporary.Keep();
    return true;
  }
  if (errno == ENOENT) return false;
  return FailErrno(Quoted("replace", path));
}

// Not on every file system, and not without /proc.
UniqueFd OpenUnnamed(const std::string& path) {
  if (access("/proc/self/fd", X_OK) != 0) return UniqueFd();
  return UniqueFd(
      open(DirectoryOf(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
}

Result<> WriteNamed(const std::string& path, std::string_view bytes,
                    mode_t mode) {
  std::string pattern = DirectoryOf(path) + "/.bailey-XXXXXX";
  const UniqueFd fd(mkostemp(pattern.data(), O_CLOEXEC));
  if (!fd.valid()) return FailErrno(Quoted("create a file beside", path));
  TemporaryName temporary(pattern);
  RETURN_IF_ERROR(WriteAndSync(fd.get(), bytes, mode, path));
  if (rename(temporary.path().c_str(), path.c_str()) != 0)
    return FailErrno(Quoted("replace", path));
  temporary.Keep();
  return {};
}

// The descriptor of ours that `path` names, as scripts write it; -1: none.
int OwnDescriptor(std::string_view path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view digits = path.substr(prefix.size());
    int fd = -1;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), fd);
    if (error == std::errc() && end == digits.data() + digits.size()) return fd;
  }
  return -1;
}

// What is no file is written where it is: to put a file in the place of
// /dev/null would break the machine. False: it is one, or may become one.
Result<bool> WriteInPlace(const std::string& path, std::string_view bytes) {
  UniqueFd opened;
  int fd = OwnDescriptor(path);
  if (fd < 0) {
    struct stat status;
    if (lstat(path.c_str(), &status) != 0) return false;
    const mode_t type = status.st_mode & S_IFMT;
    if (type == S_IFREG || type == S_IFDIR || type == S_IFLNK) return false;
    if (type != S_IFCHR && type != S_IFIFO)
      return Fail(Quoted("write", path) + ": it is a block device or a socket");
    ASSIGN_OR_RETURN(opened, OpenFile(path, O_WRONLY | O_NOFOLLOW | O_NOCTTY));
    fd = opened.get();
  }
  RETURN_IF_ERROR(WriteAll(fd, bytes, path));
  return true;
}

constexpr size_t kReadStep = size_t{1} << 16;

// What is left to read of a regular file; of anything else, and of files that
// say 0 (those of /proc), one step. Only a hint.
size_t ExpectedSize(int fd, size_t limit_bytes) {
  struct stat status;
  const bool known =
      fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  return std::min(known ? static_cast<size_t>(status.st_size) : kReadStep,
                  limit_bytes);
}

}  // namespace

void UniqueFd::Reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

Result<UniqueFd> OpenFile(const std::string& path, int flags, mode_t mode) {
  int fd;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return FailErrno(Quoted("open", path));
  return UniqueFd(fd);
}

Result<std::string> ReadAll(int fd, std::string_view name, size_t limit_bytes) {
  std::string bytes(ExpectedSize(fd, limit_bytes) + 1, '\0');
  size_t length = 0;
  while (true) {
    if (length == bytes.size()) bytes.resize(length + kReadStep);
    const ssize_t count =
        read(fd, bytes.data() + length, bytes.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(Quoted("read", name));
    length += static_cast<size_t>(count);
    if (length > limit_bytes)
      return Fail(fmt::format("`{}` is larger than the {} bytes allowed", name,
                              limit_bytes));
    if (count == 0) break;
  }
  bytes.resize(length);
  return bytes;
}

Result<std::string> ReadFile(const std::string& path, size_t limit_bytes) {
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(path, O_RDONLY));
  return ReadAll(fd.get(), path, limit_bytes);
}

Result<> WriteAll(int fd, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(Quoted("write", name));
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Result<> WriteFileAtomically(const std::string& path, std::string_view bytes,
                             mode_t mode) {
  ASSIGN_OR_RETURN(const bool in_place, WriteInPlace(path, bytes));
  if (in_place) return {};
  constexpr int kTries = 64;  // as many others may write it at this moment
  for (int tries = 0; tries < kTries; ++tries) {
    const UniqueFd fd = OpenUnnamed(path);
    if (!fd.valid()) break;
    RETURN_IF_ERROR(WriteAndSync(fd.get(), bytes, mode, path));
    ASSIGN_OR_RETURN(const bool published, Publish(fd.get(), path));
    if (published) return {};
  }
  return WriteNamed(path, bytes, mode);
}

}  // namespace bailey
