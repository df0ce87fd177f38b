// What code brings in while a program runs, as edges of the call graph: from
// the function that loads a file to what is entered because of that. Plain
// data, filled by whoever follows the loads.
//
//   ReachOptions options;
//   options.entries.loads.insert({{libc, module_load}, image, true});
//   options.entries.calls.insert({{libc, module_load}, {image, getpwnam}});

#ifndef BAILEY_ANALYZER_ELF_RUN_TIME_ENTRIES_H_
#define BAILEY_ANALYZER_ELF_RUN_TIME_ENTRIES_H_

#include <compare>
#include <cstdint>
#include <set>

namespace bailey::analyzer {

// A function of a file.
struct CodePlace {
  uint32_t image = 0;
  uint32_t function = 0;
  auto operator<=>(const CodePlace&) const = default;
};

struct FileLoad {
  CodePlace loader;
  uint32_t image = 0;
  // The loader is passed on the way to each call of the file's functions: they
  // are called by nobody who has only kept their addresses.
  bool is_by_lookup = false;
  auto operator<=>(const FileLoad&) const = default;
};

struct EntryCall {
  CodePlace loader;
  CodePlace entry;
  auto operator<=>(const EntryCall&) const = default;
};

struct RunTimeEntries {
  std::set<FileLoad> loads;
  std::set<EntryCall> calls;
  // Images that may be there whoever loads them: plugins that were declared.
  std::set<uint32_t> always;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_RUN_TIME_ENTRIES_H_
