#include "policy-compiler/language/plugins.h"

namespace bailey::policy {
namespace {

// The kernel's PATH_MAX, its NUL included.
constexpr size_t kMaxPathBytes = 4096;
constexpr std::string_view kGlobs = "*?[]{}\\";

// Empty: nothing is wrong with the component.
std::string_view ComponentProblem(std::string_view component, bool is_last) {
  if (component.empty()) return "a path has no empty components";
  if (component == "." || component == "..")
    return "a path has no `.` and no `..`";
  const std::string_view refused = is_last ? kGlobs.substr(2) : kGlobs;
  if (component.find_first_of(refused) == std::string_view::npos) return "";
  return is_last ? "a plugin's name has no globs but `*` and `?`"
                 : "only the last component of a plugin's path may be a glob";
}

std::string_view PathProblem(std::string_view path) {
  if (!path.starts_with('/')) return "a plugin's path is absolute";
  if (path.size() >= kMaxPathBytes) return "the path is too long";
  while (!path.empty()) {
    path.remove_prefix(1);  // the `/`
    const size_t end = path.find('/');
    const std::string_view component = path.substr(0, end);
    const bool is_last = end == std::string_view::npos;
    const std::string_view problem = ComponentProblem(component, is_last);
    if (!problem.empty()) return problem;
    path = is_last ? "" : path.substr(end);
  }
  return "";
}

}  // namespace

std::optional<std::string> ParsePluginPattern(const Name& written,
                                              TextReporter& report) {
  const std::string_view problem = PathProblem(written.text);
  if (problem.empty()) return written.text;
  report.Error(written.span, std::string(problem),
               "as in `plugins \"/usr/lib/NAME/*.so\";`");
  return std::nullopt;
}

}  // namespace bailey::policy
