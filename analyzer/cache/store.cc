#include "analyzer/cache/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

#include "common/digest.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kMagic = "bailey.cache/1\n";
constexpr std::string_view kPartial = "part-";
constexpr time_t kPartialSeconds = 3600;  // no write takes that long
constexpr size_t kDigestCharacters = 64;

std::string NameOf(std::string_view kind, std::string_view key) {
  return fmt::format("{}-{}", kind, Sha256Hex(key));
}

// Ours, and nobody else's to change.
bool IsSafe(const struct stat& status) {
  return status.st_uid == geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::string Header(std::string_view kind, std::string_view key) {
  return fmt::format("{}{} {}\n{}\n", kMagic, kind, key.size(), key);
}

// The value in `text`, if it is the whole entry of that key.
std::optional<std::string> ValueOf(std::string text, std::string_view header) {
  const size_t start = header.size() + kDigestCharacters;
  if (!text.starts_with(header) || text.size() < start) return std::nullopt;
  const std::string_view value = std::string_view(text).substr(start);
  if (text.compare(header.size(), kDigestCharacters, Sha256Hex(value)) != 0)
    return std::nullopt;
  text.erase(0, start);
  return text;
}

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

std::string DefaultFolder() {
  if (std::string own = FromEnvironment("BAILEY_CACHE"); !own.empty())
    return own;
  if (const std::string base = FromEnvironment("XDG_CACHE_HOME"); !base.empty())
    return base + "/bailey";
  const std::string home = FromEnvironment("HOME");
  return home.empty() ? "" : home + "/.cache/bailey";
}

// mkdir -p, where only what is made is private.
Result<> MakeFolders(const std::string& folder) {
  for (size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
    const std::string part = folder.substr(0, end);
    if (mkdir(part.c_str(), S_IRWXU) != 0 && errno != EEXIST)
      return FailErrno(fmt::format("cannot make the cache folder `{}`", part));
    if (end == std::string::npos) return {};
  }
}

// Named as Put() names what it writes: nothing else is ever removed.
bool IsOurs(std::string_view name) {
  if (name.starts_with(kPartial)) return true;
  const size_t dash = name.rfind('-');
  return dash != std::string_view::npos &&
         name.size() - dash - 1 == kDigestCharacters &&
         name.find_first_not_of("0123456789abcdef", dash + 1) ==
             std::string_view::npos;
}

struct Entry {
  std::string name;
  uint64_t size_bytes = 0;
  time_t used = 0;
};

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

std::vector<Entry> Entries(int folder) {
  std::vector<Entry> entries;
  // A descriptor of its own: reading moves its position.
  const int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return entries;
  const std::unique_ptr<DIR, CloseFolder> stream(fdopendir(own));
  if (!stream) return entries;
  while (const dirent* each = readdir(stream.get())) {
    struct stat status = {};
    if (IsOurs(each->d_name) &&
        fstatat(folder, each->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode))
      entries.push_back({each->d_name, static_cast<uint64_t>(status.st_size),
                         status.st_mtim.tv_sec});
  }
  return entries;
}

}  // namespace

Result<CacheStore> CacheStore::Open(const std::string& folder,
                                    uint64_t limit_bytes) {
  RETURN_IF_ERROR(MakeFolders(folder));
  CacheStore store;
  ASSIGN_OR_RETURN(store.folder_, OpenFile(folder, O_RDONLY | O_DIRECTORY));
  struct stat status = {};
  if (fstat(store.folder_.get(), &status) != 0)
    return FailErrno(fmt::format("cannot look at `{}`", folder));
  if (!IsSafe(status))
    return Fail(fmt::format("the cache folder `{}` belongs to, or is writable "
                            "by, someone else",
                            folder),
                "name one of your own in BAILEY_CACHE, or `chmod go-w` it");
  store.limit_bytes_ = limit_bytes;
  return store;
}

Result<CacheStore> CacheStore::OpenDefault() {
  const std::string folder = DefaultFolder();
  if (folder.empty()) return CacheStore();
  return Open(folder);
}

std::optional<std::string> CacheStore::Get(std::string_view kind,
                                           std::string_view key) const {
  if (!enabled()) return std::nullopt;
  const std::string name = NameOf(kind, key);
  const UniqueFd file(openat(folder_.get(), name.c_str(),
                             O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (!file.valid() || fstat(file.get(), &status) != 0 || !IsSafe(status) ||
      !S_ISREG(status.st_mode))
    return std::nullopt;
  auto text = ReadAll(file.get(), name);
  if (!text.ok()) return std::nullopt;
  auto value = ValueOf(std::move(*text), Header(kind, key));
  if (value) futimens(file.get(), nullptr);  // used now, as Trim() sees it
  return value;
}

void CacheStore::Put(std::string_view kind, std::string_view key,
                     std::string_view value) const {
  if (!enabled()) return;
  static std::atomic<unsigned> number = 0;
  const std::string part = fmt::format("{}{}-{}", kPartial, getpid(), number++);
  const UniqueFd file(openat(
      folder_.get(), part.c_str(),
      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.valid()) return;
  const std::string text =
      Header(kind, key) + Sha256Hex(value) + std::string(value);
  const bool whole = WriteAll(file.get(), text, part).ok();
  // No sync: what a power cut leaves has another digest.
  if (!whole || renameat(folder_.get(), part.c_str(), folder_.get(),
                         NameOf(kind, key).c_str()) != 0)
    unlinkat(folder_.get(), part.c_str(), 0);
}

void CacheStore::Trim() const {
  if (!enabled()) return;
  std::vector<Entry> entries = Entries(folder_.get());
  const time_t now = std::time(nullptr);
  uint64_t total_bytes = 0;
  for (const Entry& each : entries) total_bytes += each.size_bytes;
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& each : entries) {
    const bool left =
        each.name.starts_with(kPartial) && each.used + kPartialSeconds < now;
    if (!left && total_bytes <= limit_bytes_) continue;
    if (unlinkat(folder_.get(), each.name.c_str(), 0) == 0)
      total_bytes -= each.size_bytes;
  }
}

}  // namespace bailey::analyzer
