// The facts of units from earlier runs, as long as nothing that made them has
// changed.
//
//   UnitCache cache(store);
//   UnitOutcome outcome = ParseUnit(entry, root, &cache);
//
// Two levels. By the tool, the command, the folder and the environment that
// Clang reads, there are lists of all that the compilation asked of the file
// system; by one of them and what the disk answers now, there are the facts. So
// the preprocessor need not run to know that its output would be the same, and
// a source that went back to what it was finds its old facts again.

#ifndef BAILEY_ANALYZER_SOURCE_UNIT_CACHE_H_
#define BAILEY_ANALYZER_SOURCE_UNIT_CACHE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/cache/store.h"
#include "analyzer/source/file_states.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {

class UnitCache {
 public:
  using Questions = std::vector<FileQuestion>;

  explicit UnitCache(CacheStore store) : store_(std::move(store)) {}

  bool enabled() const;
  // What identifies a compilation but for the files that it reads.
  static std::string KeyOf(const CompileEntry& entry,
                           const std::vector<std::string>& adjusted,
                           const std::string& root);

  std::optional<UnitFacts> Find(const std::string& key);
  void Keep(const std::string& key, const Questions& questions,
            const std::vector<FileAnswer>& answers, const UnitFacts& facts);

  FileStates& states() { return states_; }
  // For what else a run keeps.
  const CacheStore& store() const { return store_; }
  // After the last unit.
  void Trim() const { store_.Trim(); }

 private:
  std::vector<Questions> KnownQuestions(const std::string& key) const;

  const CacheStore store_;
  FileStates states_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_UNIT_CACHE_H_
