// Where the files of a report are, and what to call them for others.
//
//   const SourceTree tree = FindSourceTree(report, flow, current_directory);
//   tree.Absolute("src/a.c");   // "/home/u/project/src/a.c"
//   tree.Published("src/a.c");  // "src/a.c" below the repository, else nothing

#ifndef BAILEY_COMMON_FINDINGS_SOURCE_TREE_H_
#define BAILEY_COMMON_FINDINGS_SOURCE_TREE_H_

#include <optional>
#include <string>

#include "common/documents/flow.h"
#include "common/documents/report.h"

namespace bailey {

struct SourceTree {
  std::string root;  // absolute: the folder that a report's files are below
  // The repository that holds it (a folder with `.git`); where there is none,
  // the current directory if it holds the root, else the root.
  std::string base;

  std::string Absolute(const std::string& file) const;
  // Relative to the base, or nothing for what is not below it.
  std::optional<std::string> Published(const std::string& file) const;
};

SourceTree FindSourceTree(const Report& report, const Flow& flow,
                          const std::string& current_directory);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_SOURCE_TREE_H_
