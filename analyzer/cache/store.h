// Keeps what was computed once, by key, in a folder of the user's own, so that
// a later run need not compute it again.
//
//   const CacheStore store = CacheStore::OpenDefault();
//   if (auto bytes = store.Get("unit", key)) return Read(*bytes);
//   store.Put("unit", key, Write(computed));
//
// Whoever can write there can make the analysis answer anything. So the folder
// and each file must belong to this user and be writable by nobody else; if
// not, they are not used. An entry carries its key and a digest, so one that
// was cut or that stands under another's name counts as absent. All functions
// may be called from several threads and processes.

#ifndef BAILEY_ANALYZER_CACHE_STORE_H_
#define BAILEY_ANALYZER_CACHE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::analyzer {

inline constexpr uint64_t kCacheLimitBytes = uint64_t{1} << 30;

class CacheStore {
 public:
  // One that is always empty.
  CacheStore() = default;

  // The folder is made if it is not there (0700). Errors: it cannot be made, or
  // is another's.
  static Result<CacheStore> Open(const std::string& folder,
                                 uint64_t limit_bytes = kCacheLimitBytes);
  // $BAILEY_CACHE, else $XDG_CACHE_HOME/bailey, else ~/.cache/bailey; what is
  // no absolute path counts as not set. Without any of them, an empty store.
  static Result<CacheStore> OpenDefault();

  bool enabled() const { return folder_.valid(); }

  // `kind` is a short word of lower-case letters; `key` is any bytes.
  std::optional<std::string> Get(std::string_view kind,
                                 std::string_view key) const;
  // Failing to write is no error: the entry is then absent.
  void Put(std::string_view kind, std::string_view key,
           std::string_view value) const;
  // Removes the entries that were not used for longest until the rest is
  // within the limit, and what a killed run left. To be called once a run.
  void Trim() const;

 private:
  UniqueFd folder_;
  uint64_t limit_bytes_ = 0;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CACHE_STORE_H_
