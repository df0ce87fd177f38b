// Makes, locks, sweeps and removes directories for work in progress.

#include "cli/scratch_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

namespace bailey::cli {
namespace {

constexpr std::string_view kPrefix = "bailey-scratch-";
constexpr size_t kRandomLetters = 6;
constexpr int kTries = 8;

// Without waiting; nothing where somebody has it, or it is not ours, or has
// been removed meanwhile.
UniqueFd Lock(const std::string& path) {
  UniqueFd fd(
      open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat by_fd{};
  struct stat by_path{};
  const bool locked =
      fd.valid() && flock(fd.get(), LOCK_EX | LOCK_NB) == 0 &&
      fstat(fd.get(), &by_fd) == 0 && lstat(path.c_str(), &by_path) == 0 &&
      by_fd.st_dev == by_path.st_dev && by_fd.st_ino == by_path.st_ino &&
      by_fd.st_uid == geteuid();
  return locked ? std::move(fd) : UniqueFd();
}

void RemoveAll(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

bool IsOurName(std::string_view name) {
  return name.starts_with(kPrefix) &&
         name.size() == kPrefix.size() + kRandomLetters;
}

void Sweep(const std::string& base) {
  std::error_code error;
  std::filesystem::directory_iterator entries(base, error);
  for (; !error && entries != std::filesystem::directory_iterator();
       entries.increment(error)) {
    if (!IsOurName(entries->path().filename().string())) continue;
    const UniqueFd lock = Lock(entries->path());
    if (lock.valid()) RemoveAll(entries->path());
  }
}

}  // namespace

Result<ScratchDirectory> ScratchDirectory::Create() {
  const char* variable = std::getenv("TMPDIR");
  const std::string base = variable && *variable ? variable : "/tmp";
  Sweep(base);
  const std::string pattern =
      base + "/" + std::string(kPrefix) + std::string(kRandomLetters, 'X');
  for (int tries = 0; tries < kTries; ++tries) {
    std::string path = pattern;
    if (!mkdtemp(path.data())) {
      return FailErrno("cannot make a directory like `" + pattern + "`",
                       "set TMPDIR to a directory that you may write");
    }
    // Another process may have swept it before it was locked.
    UniqueFd lock = Lock(path);
    if (lock.valid()) return ScratchDirectory(std::move(path), std::move(lock));
    RemoveAll(path);
  }
  return Fail("cannot lock a directory like `" + pattern + "`",
              "set TMPDIR to a directory on a local file system");
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

ScratchDirectory::~ScratchDirectory() {
  if (!path_.empty()) RemoveAll(path_);
}

}  // namespace bailey::cli
