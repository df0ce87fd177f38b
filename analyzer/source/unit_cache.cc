#include "analyzer/source/unit_cache.h"

#include <cstdlib>

#include "analyzer/cache/archive.h"
#include "analyzer/cache/tool_digest.h"
#include "analyzer/source/unit_archive.h"
#include "analyzer/switched_off.h"
#include "common/digest.h"

namespace bailey::analyzer {

BAILEY_ARCHIVE_FIELDS(FileQuestion, path, content, listing, real_path)

namespace {

// Which files are read depends on what is in them (#if): so many lists are
// kept, the newest first.
constexpr size_t kMostVariants = 4;

// What Clang's driver and front end read of the environment, as far as it can
// change what is parsed.
constexpr const char* kEnvironment[] = {"CPATH",
                                        "C_INCLUDE_PATH",
                                        "CPLUS_INCLUDE_PATH",
                                        "OBJC_INCLUDE_PATH",
                                        "OBJCPLUS_INCLUDE_PATH",
                                        "COMPILER_PATH",
                                        "LIBRARY_PATH",
                                        "GCC_EXEC_PREFIX",
                                        "CCC_OVERRIDE_OPTIONS",
                                        "QA_OVERRIDE_GCC3_OPTIONS",
                                        "CCC_ADD_ARGS",
                                        "CLANG_NO_DEFAULT_CONFIG",
                                        "CLANG_CONFIG_FILE_SYSTEM_DIR",
                                        "CLANG_CONFIG_FILE_USER_DIR",
                                        "CLANG_MODULE_CACHE_PATH",
                                        "SOURCE_DATE_EPOCH",
                                        "SDKROOT",
                                        "HOME"};

// Told apart from empty: some mean something by being there.
std::vector<std::string> Environment() {
  std::vector<std::string> all;
  for (const char* name : kEnvironment) {
    const char* value = std::getenv(name);
    all.push_back(value == nullptr ? "" : std::string("=") + value);
  }
  return all;
}

}  // namespace

bool UnitCache::enabled() const {
  return store_.enabled() && !ToolDigest().empty();
}

std::string UnitCache::KeyOf(const CompileEntry& entry,
                             const std::vector<std::string>& adjusted,
                             const std::string& root) {
  ArchiveWriter out;
  for (const std::string_view part : kParts)
    out.Number(IsSwitchedOff(part) ? 1 : 0);
  for (const auto& words :
       {entry.arguments, adjusted, Environment(),
        std::vector{ToolDigest(), entry.directory, entry.file, root}})
    out.String(WriteArchive(words));
  return Sha256Hex(out.Take());
}

std::optional<UnitFacts> UnitCache::Find(const std::string& key) {
  if (!enabled()) return std::nullopt;
  for (const Questions& each : KnownQuestions(key)) {
    const auto bytes =
        store_.Get("unit", key + Fingerprint(each, states_.Answers(each)));
    if (!bytes) continue;
    if (auto facts = ReadUnit(*bytes)) return facts;
  }
  return std::nullopt;
}

void UnitCache::Keep(const std::string& key, const Questions& questions,
                     const std::vector<FileAnswer>& answers,
                     const UnitFacts& facts) {
  if (!enabled()) return;
  store_.Put("unit", key + Fingerprint(questions, answers), WriteUnit(facts));
  std::vector<Questions> all = KnownQuestions(key);
  std::erase(all, questions);
  all.insert(all.begin(), questions);
  if (all.size() > kMostVariants) all.resize(kMostVariants);
  store_.Put("files", key, WriteArchive(all));
}

std::vector<UnitCache::Questions> UnitCache::KnownQuestions(
    const std::string& key) const {
  const auto bytes = store_.Get("files", key);
  if (!bytes) return {};
  return ReadArchive<std::vector<Questions>>(*bytes).value_or(
      std::vector<Questions>());
}

}  // namespace bailey::analyzer
