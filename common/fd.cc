#include "common/fd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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
  std::string bytes;
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(Quoted("read", name));
    if (count == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(count) > limit_bytes)
      return Fail(fmt::format("`{}` is larger than the {} bytes allowed", name,
                              limit_bytes));
    bytes.append(buffer, static_cast<size_t>(count));
  }
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

}  // namespace bailey
