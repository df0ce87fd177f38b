#include "analyzer/capture/environment.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace bailey::analyzer {
namespace {

constexpr std::string_view kNames[] = {"CPATH", "C_INCLUDE_PATH",
                                       "CPLUS_INCLUDE_PATH", "LIBRARY_PATH"};

// `option` and a folder, for each; an empty one is the working directory.
void AddFolders(const std::map<std::string, std::string>& search_paths,
                const std::string& name, const std::string& option,
                std::vector<std::string>& arguments) {
  const auto found = search_paths.find(name);
  if (found == search_paths.end() || found->second.empty()) return;
  std::string_view rest = found->second;
  while (true) {
    const size_t end = std::min(rest.find(':'), rest.size());
    const std::string folder(rest.substr(0, end));
    arguments.insert(arguments.end(), {option, folder.empty() ? "." : folder});
    if (end == rest.size()) return;
    rest.remove_prefix(end + 1);
  }
}

bool IsCxx(const CompileEntry& entry) {
  const std::string suffix =
      std::filesystem::path(entry.file).extension().string();
  return (suffix != ".c" && suffix != ".i") ||
         entry.arguments[0].find("++") != std::string::npos;
}

}  // namespace

std::map<std::string, std::string> ReadSearchPaths(std::string_view environ) {
  std::map<std::string, std::string> paths;
  while (!environ.empty()) {
    const size_t end = std::min(environ.find('\0'), environ.size());
    const std::string_view each = environ.substr(0, end);
    environ.remove_prefix(std::min(end + 1, environ.size()));
    const size_t equals = each.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = each.substr(0, equals);
    if (std::ranges::find(kNames, name) != std::end(kNames))
      paths.emplace(name, each.substr(equals + 1));
  }
  return paths;
}

void AddEnvironment(const std::map<std::string, std::string>& search_paths,
                    BuildRecord& record) {
  for (CompileEntry& each : record.compiles) {
    AddFolders(search_paths, "CPATH", "-I", each.arguments);
    AddFolders(search_paths,
               IsCxx(each) ? "CPLUS_INCLUDE_PATH" : "C_INCLUDE_PATH",
               "-isystem", each.arguments);
  }
  for (LinkCommand& each : record.links)
    if (each.kind == LinkKind::kProgram ||
        each.kind == LinkKind::kSharedLibrary)
      AddFolders(search_paths, "LIBRARY_PATH", "-L", each.arguments);
}

}  // namespace bailey::analyzer
