// Reads the build's record and selects the program in it.

#include "analyzer/report/prepare.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "analyzer/report/library_files.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> AbsoluteSources(
    const std::vector<std::string>& sources) {
  std::vector<std::string> all;
  for (const std::string& source : sources) {
    ASSIGN_OR_RETURN(std::string path, AbsoluteHere(source));
    all.push_back(std::move(path));
  }
  return all;
}

bool IsBelow(const fs::path& folder, const std::string& file) {
  const fs::path relative = fs::path(file).lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::string ChooseRoot(const std::vector<CompileEntry>& compiles,
                       const std::string& build_directory) {
  fs::path root = build_directory;
  const auto holds_all = [&](const fs::path& folder) {
    return std::ranges::all_of(compiles, [&](const CompileEntry& entry) {
      return IsBelow(folder, Absolute(entry.directory, entry.file));
    });
  };
  if (holds_all(root)) return root.string();
  root = fs::path(Absolute(compiles[0].directory, compiles[0].file));
  do {
    root = root.parent_path();
  } while (!holds_all(root) && root.has_relative_path());
  return root.string();
}

}  // namespace

Result<std::string> AbsoluteHere(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error)
    return FailErrno("cannot find the current directory", error.value());
  fs::path normal = absolute.lexically_normal();
  // "build/" and "build" are one folder.
  if (!normal.has_filename() && normal.has_relative_path())
    normal = normal.parent_path();
  return normal.string();
}

Result<> Select(const AnalyzeOptions& options, Prepared& prepared) {
  std::set<std::string> plugins = prepared.declared;
  plugins.insert(prepared.found.begin(), prepared.found.end());
  ASSIGN_OR_RETURN(
      prepared.selection,
      SelectProgram(prepared.record, prepared.sources, options.program,
                    {plugins.begin(), plugins.end()}));
  if (prepared.selection.compiles.empty())
    return Fail("the compilation database names no source file");
  if (prepared.found.empty())
    prepared.source_plugins = prepared.selection.source_plugins;
  prepared.plugins = prepared.selection.opaque_plugins;
  std::erase_if(prepared.plugins, [&](const std::string& each) {
    return !prepared.declared.contains(each);
  });
  return {};
}

Result<Prepared> Prepare(const AnalyzeOptions& options) {
  Prepared prepared;
  ASSIGN_OR_RETURN(const std::string build,
                   AbsoluteHere(options.build_directory));
  ASSIGN_OR_RETURN(prepared.record, ReadBuildRecord(build));
  ASSIGN_OR_RETURN(prepared.sources, AbsoluteSources(options.sources));
  ASSIGN_OR_RETURN(const auto plugins, FindPlugins(options.plugins));
  prepared.declared = {plugins.begin(), plugins.end()};
  RETURN_IF_ERROR(Select(options, prepared));
  if (options.root.empty()) {
    prepared.root = ChooseRoot(prepared.selection.compiles, build);
  } else {
    ASSIGN_OR_RETURN(prepared.root, AbsoluteHere(options.root));
  }
  return prepared;
}

}  // namespace bailey::analyzer
