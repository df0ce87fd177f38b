// What the functions that a search reached do in the kernel, put together as
// the answer of library_reach.h. Internal to analyzer/elf.
//
//   ReachCollector collector(graph, out);
//   collector.CollectFunction(node, ReachConfidence::kReachable, search);
//   collector.CollectPassed(node, ReachConfidence::kReachable, passed, search);
//   collector.Finish();

#ifndef BAILEY_ANALYZER_ELF_REACH_COLLECTOR_H_
#define BAILEY_ANALYZER_ELF_REACH_COLLECTOR_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/elf/graph_search.h"
#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/passed_arguments.h"

namespace bailey::analyzer {

PassedValues AsPassed(const ParameterValues& values);

class ReachCollector {
 public:
  // Both must outlive this.
  ReachCollector(const CallGraph& graph, SymbolReach& out)
      : graph_(graph), out_(out) {}

  // What is not resolved in a function that is seen with `confidence`.
  void CollectFunction(uint32_t node, ReachConfidence confidence,
                       const GraphSearch& search);
  // Its system calls, if its parameters have these values.
  void CollectSites(uint32_t node, ReachConfidence confidence,
                    const PassedValues& values, const GraphSearch& search);
  // The same for all the ways in which it is called.
  void CollectPassed(uint32_t node, ReachConfidence confidence,
                     PassedArguments& passed, const GraphSearch& search);
  // A site whose number its callers pass, where the caller is not known.
  void CollectUncalled(uint32_t node, const GraphSearch& search);

  void Finish();

 private:
  void AddSyscall(ReachedSyscall syscall);
  void AddUnresolved(uint32_t node, uint64_t address, const std::string& reason,
                     ReachConfidence confidence, const GraphSearch& search);

  const CallGraph& graph_;
  SymbolReach& out_;
  std::map<std::pair<ReachConfidence, uint32_t>, std::vector<ReachedSyscall>>
      syscalls_;
  std::set<std::pair<uint32_t, uint64_t>> maps_;  // said to map code
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_REACH_COLLECTOR_H_
