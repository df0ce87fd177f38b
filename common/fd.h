// File descriptors that close themselves, and whole-file reads and writes.
//
//   ASSIGN_OR_RETURN(UniqueFd fd, OpenFile(path, O_RDONLY));
//   ASSIGN_OR_RETURN(std::string text, ReadAll(fd.get(), path, limit_bytes));
//   RETURN_IF_ERROR(WriteFileAtomically("plan.json", text));  // all or nothing

#ifndef BAILEY_COMMON_FD_H_
#define BAILEY_COMMON_FD_H_

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "common/result.h"

namespace bailey {

// Owns one descriptor. Move-only; -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // The caller becomes the owner.
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1);

 private:
  int fd_ = -1;
};

inline constexpr size_t kDefaultFileLimitBytes = size_t{256} << 20;

// open(2) with O_CLOEXEC added; retried on EINTR. Errors name the path.
Result<UniqueFd> OpenFile(const std::string& path, int flags, mode_t mode = 0);

// Reads to the end; more than `limit_bytes` is an error that names `name`.
Result<std::string> ReadAll(int fd, std::string_view name,
                            size_t limit_bytes = kDefaultFileLimitBytes);
Result<std::string> ReadFile(const std::string& path,
                             size_t limit_bytes = kDefaultFileLimitBytes);

// Writes every byte, across short writes and EINTR.
Result<> WriteAll(int fd, std::string_view bytes, std::string_view name);

// Writes beside `path`, syncs, then renames: readers see the old file or the
// whole new one, and a failure leaves the old one. A character device, a pipe
// and a descriptor (/dev/stdout, /dev/fd/N) are written themselves instead.
Result<> WriteFileAtomically(const std::string& path, std::string_view bytes,
                             mode_t mode = 0644);

}  // namespace bailey

#endif  // BAILEY_COMMON_FD_H_
