#include "common/findings/source_tree.h"

#include <filesystem>

namespace bailey {
namespace {

namespace fs = std::filesystem;

// A unit's file is absolute, and the report names the same file relative to the
// root: the same bytes at the end of the same path.
std::optional<std::string> RootOf(const Report& report, const Flow& flow) {
  for (const FlowUnit& unit : flow.units) {
    for (const ReportInput& input : report.inputs) {
      const std::string end = "/" + input.path;
      if (input.sha256 == unit.sha256 && !input.path.starts_with('/') &&
          unit.file.ends_with(end))
        return unit.file.substr(0, unit.file.size() - end.size());
    }
  }
  return std::nullopt;
}

bool IsBelow(const fs::path& folder, const fs::path& file) {
  const fs::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::string BaseOf(const std::string& root, const std::string& current) {
  std::error_code ignored;
  for (fs::path folder = root;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", ignored)) return folder.string();
    if (!folder.has_relative_path()) break;
  }
  return IsBelow(current, root) ? current : root;
}

}  // namespace

std::string SourceTree::Absolute(const std::string& file) const {
  return (fs::path(root) / file).lexically_normal().string();
}

std::optional<std::string> SourceTree::Published(
    const std::string& file) const {
  if (file.empty()) return std::nullopt;
  const fs::path absolute = Absolute(file);
  if (!IsBelow(base, absolute)) return std::nullopt;
  return absolute.lexically_relative(base).string();
}

SourceTree FindSourceTree(const Report& report, const Flow& flow,
                          const std::string& current_directory) {
  SourceTree tree;
  tree.root = RootOf(report, flow).value_or(current_directory);
  tree.base = BaseOf(tree.root, current_directory);
  return tree;
}

}  // namespace bailey
