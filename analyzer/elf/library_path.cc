#include "analyzer/elf/library_path.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bailey::analyzer {
namespace {

// A file that includes itself ends here.
constexpr int kMaxIncludeDepth = 8;

// Debian's glibc is built with these; multiarch directories come first.
constexpr const char* kBuiltInDirectories[] = {"/lib/x86_64-linux-gnu",
                                               "/usr/lib/x86_64-linux-gnu",
                                               "/lib",
                                               "/usr/lib",
                                               "/lib64",
                                               "/usr/lib64"};

Result<> ReadConfig(const std::string& path, int depth,
                    std::vector<std::string>& directories);

Result<> Include(const std::string& pattern, const std::string& including,
                 int depth, std::vector<std::string>& directories) {
  const std::filesystem::path parent =
      std::filesystem::path(including).parent_path();
  const std::string full = (parent / pattern).string();
  glob_t matches;
  const int status = glob(full.c_str(), 0, nullptr, &matches);
  std::vector<std::string> files;
  if (status == 0)
    files.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  globfree(&matches);
  for (const std::string& file : files)
    RETURN_IF_ERROR(ReadConfig(file, depth + 1, directories));
  return {};
}

Result<> ReadConfig(const std::string& path, int depth,
                    std::vector<std::string>& directories) {
  if (depth > kMaxIncludeDepth)
    return Fail("`" + path + "`: include lines are nested too deeply");
  std::ifstream stream(path);
  std::string line;
  while (std::getline(stream, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    if (!(words >> word)) continue;
    if (word == "include") {
      while (words >> word)
        RETURN_IF_ERROR(Include(word, path, depth, directories));
    } else if (word.starts_with("/")) {
      directories.push_back(word);
    }
  }
  return {};
}

void ReplaceAll(std::string& text, const std::string& from,
                const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

Result<std::vector<std::string>> SystemLibraryDirectories(
    const std::string& config) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(ReadConfig(config, 0, directories));
  for (const char* directory : kBuiltInDirectories)
    if (std::find(directories.begin(), directories.end(), directory) ==
        directories.end())
      directories.push_back(directory);
  return directories;
}

std::vector<std::string> ExpandRunPath(const std::string& runpath,
                                       const std::string& file_path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(file_path, error);
  const std::string origin = absolute.parent_path().string();
  std::vector<std::string> directories;
  std::istringstream parts(runpath);
  for (std::string part; std::getline(parts, part, ':');) {
    for (const char* form : {"${ORIGIN}", "$ORIGIN"})
      ReplaceAll(part, form, origin);
    for (const char* form : {"${LIB}", "$LIB"})
      ReplaceAll(part, form, "lib/x86_64-linux-gnu");
    for (const char* form : {"${PLATFORM}", "$PLATFORM"})
      ReplaceAll(part, form, "x86_64");
    if (!part.empty()) directories.push_back(part);
  }
  return directories;
}

std::vector<std::string> WithHardwareDirectories(const std::string& directory) {
  std::vector<std::string> levels;
  if (__builtin_cpu_supports("x86-64-v4")) levels.push_back("x86-64-v4");
  if (__builtin_cpu_supports("x86-64-v3")) levels.push_back("x86-64-v3");
  if (__builtin_cpu_supports("x86-64-v2")) levels.push_back("x86-64-v2");
  std::vector<std::string> directories;
  std::error_code error;
  for (const std::string& level : levels) {
    const std::string path = directory + "/glibc-hwcaps/" + level;
    if (std::filesystem::is_directory(path, error)) directories.push_back(path);
  }
  directories.push_back(directory);
  return directories;
}

}  // namespace bailey::analyzer
