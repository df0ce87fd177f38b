// gconv's configuration and the installed locales, read from their files.

#include "analyzer/elf/character_sets.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string_view>

#include "analyzer/elf/byte_reader.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

// `module FROM TO FILE [COST]`; a file without a slash is beside the
// configuration, and `.so` is added where it is missing.
void AddModule(const std::string& line, const fs::path& directory,
               std::set<std::string>& modules) {
  std::istringstream words(line.substr(0, line.find('#')));
  std::string keyword, from, to, file;
  if (!(words >> keyword >> from >> to >> file) || keyword != "module") return;
  if (!file.ends_with(".so")) file += ".so";
  std::error_code error;
  const fs::path path = directory / file;
  if (fs::is_regular_file(path, error)) modules.insert(path.string());
}

Result<> ReadConfiguration(const fs::path& path, const fs::path& directory,
                           CharacterSets& sets,
                           std::set<std::string>& modules) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path.string()));
  sets.read.push_back(path.string());
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    AddModule(line, directory, modules);
  return {};
}

// --- Locales -----------------------------------------------------------------

// "de_DE.iso88591" has a character set after the dot; without one, and where
// "@euro" follows, it is one of the old ones.
bool NeedsModule(std::string_view locale) {
  if (locale == "C" || locale == "POSIX") return false;
  const size_t dot = locale.find('.');
  if (dot == std::string_view::npos) return true;
  std::string set;
  for (const char each : locale.substr(dot + 1, locale.find('@') - dot - 1))
    if (each != '-') set += static_cast<char>(each | 0x20);
  return set != "utf8";
}

// localedef's archive: eleven words of head (locarchive.h), of which the sixth
// and seventh say where the names lie, each with a 0 behind it. With the names
// of locales there are those of aliases and of what the locales share.
std::set<std::string> NamesInArchive(const std::string& bytes) {
  constexpr uint32_t kMagic = 0xde020109;
  // SAFETY: uint8_t and char may alias; the view does not outlive `bytes`.
  const std::span<const uint8_t> view(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  ByteReader reader(view, 0);
  const auto magic = reader.Read<uint32_t>();
  reader.Skip(4 * sizeof(uint32_t));
  const auto offset = reader.Read<uint32_t>();
  const auto size_bytes = reader.Read<uint32_t>();
  if (!reader.ok() || magic != kMagic || offset > bytes.size() ||
      size_bytes > bytes.size() - offset)
    return {"(unreadable archive)"};
  std::set<std::string> names;
  std::istringstream strings(bytes.substr(offset, size_bytes));
  for (std::string name; std::getline(strings, name, '\0');)
    if (!name.empty()) names.insert(name);
  return names;
}

void AddArchive(const fs::path& path, InstalledLocales& locales,
                std::set<std::string>& names) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  locales.read.push_back(path.string());
  const Result<std::string> bytes = ReadFile(path.string());
  names.merge(NamesInArchive(bytes.ok() ? *bytes : ""));
}

}  // namespace

Result<CharacterSets> ReadCharacterSets(const std::string& directory) {
  CharacterSets sets;
  std::set<std::string> modules;
  std::vector<fs::path> files;
  std::error_code error;
  const fs::path base = directory;
  if (fs::exists(base / "gconv-modules", error))
    files.push_back(base / "gconv-modules");
  for (const fs::directory_entry& entry :
       fs::directory_iterator(base / "gconv-modules.d", error))
    if (entry.path().extension() == ".conf") files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files)
    RETURN_IF_ERROR(ReadConfiguration(file, base, sets, modules));
  sets.modules.assign(modules.begin(), modules.end());
  return sets;
}

InstalledLocales FindLocales(const std::string& directory) {
  InstalledLocales locales;
  std::set<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory, error))
    if (entry.is_directory(error)) names.insert(entry.path().filename());
  locales.read.push_back(directory);
  AddArchive(fs::path(directory) / "locale-archive", locales, names);
  for (const std::string& name : names)
    if (NeedsModule(name)) locales.needing_modules.push_back(name);
  return locales;
}

}  // namespace bailey::analyzer
