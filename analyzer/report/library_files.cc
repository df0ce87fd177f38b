#include "analyzer/report/library_files.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "analyzer/capture/arguments.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

// Where Debian's linkers look after the -L folders.
constexpr const char* kLinkDirectories[] = {"/usr/local/lib/x86_64-linux-gnu",
                                            "/usr/local/lib",
                                            "/usr/lib/x86_64-linux-gnu",
                                            "/lib/x86_64-linux-gnu",
                                            "/usr/lib",
                                            "/lib"};

// Those of the compiler and of C itself, by the names that programs get.
struct Known {
  std::string_view name;
  std::string_view soname;  // empty: part of the compiler, without a file
};
constexpr Known kKnown[] = {{"c", "libc.so.6"},
                            {"m", "libm.so.6"},
                            {"stdc++", "libstdc++.so.6"},
                            {"gcc_s", "libgcc_s.so.1"},
                            {"gcc", ""}};

// glibc 2.34 made libpthread, libdl and others parts of libc and left archives
// of nothing but this mark.
constexpr size_t kEmptyArchiveBytes = 8;
constexpr size_t kLinkerScriptLimitBytes = 1 << 16;
constexpr int kLinkerScriptDepth = 8;

class Finder {
 public:
  Finder(const LinkCommand& link, const std::vector<std::string>& built_files)
      : directory_(link.directory),
        arguments_(ParseDriverArguments(link.arguments)),
        built_files_(built_files) {}

  Result<> Find(LibraryFiles& files) {
    ReadOptions(files);
    for (const DriverArgument& each : arguments_.all) {
      if (each.kind != ArgumentKind::kLibrary) continue;
      if (IsBuilt(each.text)) continue;
      if (each.text.starts_with(":")) return Unsupported(each.text);
      RETURN_IF_ERROR(FindOne(each.text, 0, files));
    }
    return {};
  }

  bool Has(std::string_view word) const {
    return std::ranges::any_of(arguments_.all, [&](const DriverArgument& each) {
      return each.words[0] == word;
    });
  }

 private:
  static Result<> Unsupported(const std::string& name) {
    return Fail(
        fmt::format("`-l{}` names a file, which is not supported yet", name),
        "name the library by its path");
  }

  void ReadOptions(LibraryFiles& files) {
    for (const DriverArgument& each : arguments_.all) {
      const std::string& word = each.words[0];
      if (word.starts_with("-L"))
        folders_.push_back(
            Absolute(directory_, word.size() > 2 ? word.substr(2) : each.text));
      for (const std::string_view prefix : {"-Wl,-rpath,", "-Wl,-rpath="})
        if (word.starts_with(prefix))
          files.search_directories.push_back(word.substr(prefix.size()));
    }
    folders_.insert(folders_.end(), std::begin(kLinkDirectories),
                    std::end(kLinkDirectories));
  }

  // `depth`: of the linker scripts that led here.
  Result<> FindOne(const std::string& name, int depth,
                   LibraryFiles& files) const {
    for (const Known& known : kKnown) {
      if (known.name != name) continue;
      if (!known.soname.empty()) files.libraries.emplace_back(known.soname);
      return {};
    }
    for (const std::string& folder : folders_) {
      const fs::path base =
          (fs::path(folder) / ("lib" + name)).lexically_normal();
      if (fs::exists(base.string() + ".so"))
        return AddShared(base.string() + ".so", depth, files);
      if (fs::exists(base.string() + ".a"))
        return AddArchive(base.string() + ".a", files);
    }
    return Fail(fmt::format("the library `-l{}` is not found", name),
                "install its development package, or build it first");
  }

  Result<> AddArchive(const std::string& path, LibraryFiles& files) const {
    std::error_code ignored;
    if (!IsBuiltFile(path) && fs::file_size(path, ignored) > kEmptyArchiveBytes)
      files.archives.push_back(path);
    return {};
  }

  // A development file is a link to the library, or a script that names it.
  Result<> AddShared(const std::string& path, int depth,
                     LibraryFiles& files) const {
    if (IsBuiltFile(path)) return {};
    const Result<std::string> text = ReadFile(path);
    if (!text.ok()) return std::unexpected(text.error());
    if (text->starts_with("\x7f"
                          "ELF")) {
      std::error_code error;
      const fs::path real = fs::canonical(path, error);
      files.libraries.push_back(error ? path : real.string());
      return {};
    }
    if (text->size() > kLinkerScriptLimitBytes || depth >= kLinkerScriptDepth)
      return Fail(
          fmt::format("`{}` is neither a library nor a linker script", path));
    return AddScript(WithoutComments(*text), depth + 1, files);
  }

  // Its units are analyzed.
  bool IsBuiltFile(const std::string& path) const {
    return std::ranges::find(built_files_, path) != built_files_.end();
  }

  // Looks like the linker for a file of the build, which need not be there any
  // more.
  bool IsBuilt(const std::string& name) const {
    const std::string base = "lib" + name;
    for (const std::string& folder : folders_) {
      std::vector<std::string> files{base + ".so", base + ".a"};
      if (name.starts_with(":")) files = {name.substr(1)};
      for (const std::string& file : files) {
        const std::string path = Absolute(folder, file);
        if (IsBuiltFile(path)) return true;
        if (fs::exists(path)) return false;
      }
    }
    return false;
  }

  static std::string WithoutComments(std::string text) {
    size_t begin;
    while ((begin = text.find("/*")) != std::string::npos) {
      const size_t end = text.find("*/", begin + 2);
      text.erase(begin, end == std::string::npos ? end : end + 2 - begin);
    }
    return text;
  }

  Result<> AddScript(std::string_view text, int depth,
                     LibraryFiles& files) const {
    constexpr std::string_view kSeparators = " \t\n(),";
    while (!text.empty()) {
      const size_t begin =
          std::min(text.find_first_not_of(kSeparators), text.size());
      text.remove_prefix(begin);
      const size_t end = std::min(text.find_first_of(kSeparators), text.size());
      RETURN_IF_ERROR(
          AddScriptWord(std::string(text.substr(0, end)), depth, files));
      text.remove_prefix(end);
    }
    return {};
  }

  // A word of GROUP or INPUT: a path, a name to be looked for, or -lNAME.
  Result<> AddScriptWord(const std::string& word, int depth,
                         LibraryFiles& files) const {
    if (word.starts_with("-l")) return FindOne(word.substr(2), depth, files);
    const bool absolute = word.starts_with("/");
    if (absolute && word.ends_with(".a")) return AddArchive(word, files);
    if (word.find(".so.") != std::string::npos || word.ends_with(".so"))
      if (absolute || word.starts_with("lib")) files.libraries.push_back(word);
    return {};
  }

  const std::string directory_;
  const DriverArguments arguments_;
  const std::vector<std::string>& built_files_;
  std::vector<std::string> folders_;
};

bool IsCxx(const ProgramSelection& selection) {
  const auto cxx = [](const std::vector<std::string>& command) {
    return !command.empty() &&
           fs::path(command[0]).filename().string().find("++") !=
               std::string::npos;
  };
  return (selection.link && cxx(selection.link->arguments)) ||
         std::ranges::any_of(selection.compiles, [&](const CompileEntry& each) {
           return cxx(each.arguments);
         });
}

void AddDefaults(const ProgramSelection& selection, LibraryFiles& files) {
  if (IsCxx(selection))
    for (const char* name : {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1"})
      files.libraries.emplace_back(name);
  files.libraries.emplace_back("libc.so.6");
}

}  // namespace

Result<LibraryFiles> FindLibraries(const ProgramSelection& selection) {
  LibraryFiles files;
  files.libraries = selection.shared_objects;
  if (!selection.link) {
    AddDefaults(selection, files);
    return files;
  }
  Finder finder(*selection.link, selection.built_files);
  if (finder.Has("-static") || finder.Has("-static-pie"))
    return Fail(fmt::format("`{}` is linked statically, which is not supported "
                            "yet",
                            selection.link->output),
                "link it without -static");
  RETURN_IF_ERROR(finder.Find(files));
  for (const LinkCommand& library : selection.built_libraries)
    RETURN_IF_ERROR(Finder(library, selection.built_files).Find(files));
  if (!finder.Has("-nostdlib") && !finder.Has("-nodefaultlibs"))
    AddDefaults(selection, files);
  return files;
}

Result<std::vector<std::string>> FindPlugins(
    const std::vector<std::string>& patterns) {
  // A link to a plugin and the plugin are one file.
  std::set<std::string> files;
  for (const std::string& pattern : patterns) {
    glob_t found = {};
    const int status = glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
    for (size_t i = 0; status == 0 && i < found.gl_pathc; ++i) {
      std::error_code error;
      const fs::path real = fs::canonical(found.gl_pathv[i], error);
      files.insert(error ? found.gl_pathv[i] : real.string());
    }
    globfree(&found);
    if (status != 0)
      return Fail(fmt::format("no plugin matches `{}`", pattern),
                  "build the plugins first, or correct the pattern");
  }
  return std::vector<std::string>(files.begin(), files.end());
}

}  // namespace bailey::analyzer
