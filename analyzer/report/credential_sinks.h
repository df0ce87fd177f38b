// What code of which nothing is known does with a credential that it is handed:
// whether it may give it away.
//
//   UnknownCallees callees(program, graph, libraries);
//   if (callees.HandingOver(use) == Handing::kMayLeave) …

#ifndef BAILEY_ANALYZER_REPORT_CREDENTIAL_SINKS_H_
#define BAILEY_ANALYZER_REPORT_CREDENTIAL_SINKS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "analyzer/flow/data_graph.h"
#include "analyzer/report/library_summaries.h"

namespace bailey::analyzer {

enum class Handing : uint8_t {
  kStays,     // its code makes no call by which anything leaves
  kMayLeave,  // nobody knows what it does
  kLeaves,    // a system call by whatever way
};

// Whoever gets what this function sends or starts has the descriptors that it
// names: sendmsg with SCM_RIGHTS, a program that is told their numbers.
bool PassesHandles(const std::string& callee);

class UnknownCallees {
 public:
  // All must outlive this.
  UnknownCallees(const Program& program, const DataGraph& graph,
                 LibrarySummaries& libraries);

  // `use` is of kind kUnknown.
  Handing HandingOver(const DataUse& use);

 private:
  bool Keeps(const std::string& callee);

  const DataGraph& graph_;
  LibrarySummaries& libraries_;
  std::set<uint32_t> harmless_;  // numbers of system calls
  // Functions and lines of assembly that enters the kernel or calls.
  std::set<std::pair<std::string, int>> assembly_;
  std::map<std::string, bool> keeps_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_CREDENTIAL_SINKS_H_
