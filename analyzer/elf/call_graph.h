// All functions of a link map as one graph: who calls whom across files, and
// what each does in the kernel. Internal to analyzer/elf.
//
//   CallGraph graph(link);
//   for (const CallEdge& edge : graph.edges(graph.NodeOf(image, function))) …
//
// Data is in it too: a function leads to the objects that it refers to, and
// these to what the words in them point to. So calls through pointers need no
// edges: whatever may be called so has its address taken by code, or lies in
// data, that is reached. (Not with ReachOptions::live_data switched off: then
// they lead to all that any data holds.)

#ifndef BAILEY_ANALYZER_ELF_CALL_GRAPH_H_
#define BAILEY_ANALYZER_ELF_CALL_GRAPH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/elf/c_library_facts.h"
#include "analyzer/elf/data_nodes.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/machine_function.h"
#include "analyzer/elf/reach_options.h"

namespace bailey::analyzer {

struct CallEdge {
  enum class Kind : uint8_t {
    kTail,  // Jumps there, and so does not come back.
    kCall,
    kAddress  // Takes its address, may call through a pointer to it, or
              // refers to the data.
  };
  uint32_t target = 0;
  Kind kind = Kind::kCall;
  const CallSite* site = nullptr;  // Of kTail and kCall.
  // Of kAddress: who has the address through this edge calls it only after the
  // edge was passed again; it is not left behind for others.
  bool is_lent = false;
};

class CallGraph {
 public:
  // `link` must outlive this.
  explicit CallGraph(const LinkMap& link, const ReachOptions& options = {});

  uint32_t size() const { return static_cast<uint32_t>(edges_.size()); }
  uint32_t NodeOf(uint32_t image, uint32_t function) const {
    return first_node_[image] + function;
  }
  // The node that stands for every function whose address lies in some image's
  // data. Without ReachOptions::live_data all that call through pointers lead
  // there.
  uint32_t indirect_node() const { return indirect_node_; }
  const DataNodes& data() const { return data_; }
  // Whether an image comes in by reached code alone, see run_time_entries.h.
  bool IsLoadedByCode(uint32_t image) const { return by_code_[image]; }
  // Whether a function is called by nobody before an entry of such an image is.
  bool IsKept(uint32_t node) const {
    return node < indirect_node_ && is_kept_[node];
  }
  // Whether a function of such an image calls through pointers, or has others
  // do so: then it may call what IsKept().
  bool MayCallKept(uint32_t node) const {
    return node < indirect_node_ && may_call_kept_[node];
  }
  std::string NameOf(uint32_t node) const;
  const ElfImage& ImageOf(uint32_t node) const;
  // Null for the indirect node and for data.
  const MachineFunction* FunctionOf(uint32_t node) const {
    return node < indirect_node_ ? functions_[node].second : nullptr;
  }

  const std::vector<CallEdge>& edges(uint32_t node) const {
    return edges_[node];
  }
  // The function's own sites, and those of functions that it calls to which it
  // passes the number: a call of syscall(39) is a site of getpid.
  const std::vector<SyscallSite>& sites(uint32_t node) const {
    return sites_[node];
  }
  // Imports that no image defines.
  const std::vector<std::string>& missing(uint32_t node) const {
    return missing_[node];
  }

 private:
  void AddImage(uint32_t image, const ReachOptions& options);
  void AddFunction(uint32_t image, uint32_t function);
  void AddImport(uint32_t image, uint32_t from, const std::string& import,
                 CallEdge edge);
  void AddIndirectTargets(uint32_t image);
  void AddReferences(uint32_t image, uint32_t function);
  void AddData(uint32_t image);
  // In call_graph_loads.cc.
  void AddRunTimeEntries(const RunTimeEntries& entries);
  void AddLoad(const FileLoad& load);
  void MarkKept(const RunTimeEntries& entries);
  void AddWord(uint32_t image, uint32_t word);
  void AddUnusedSlots(uint32_t image);
  void AddAddress(uint32_t from, uint32_t to) {
    edges_[from].push_back({to, CallEdge::Kind::kAddress, nullptr});
  }
  // Of c_library_facts.h; in call_graph_facts.cc.
  void ApplyFacts();
  void MoveCalls(uint32_t image, const ConditionalCall& fact);
  void DropCalls(uint32_t image, uint32_t callee,
                 std::optional<uint32_t> caller);
  void MoveSyscall(uint32_t image, const ConditionalSyscall& fact);
  void ApplyLoaderRecord(uint32_t image);
  void ApplyLending(uint32_t image, std::string_view lender);
  void ApplyLoaderFacts(uint32_t loader);
  void PassNumbersToCallers();
  void Derive(uint32_t caller, const CallEdge& edge, const SyscallSite& site,
              std::vector<uint32_t>& changed);

  const LinkMap& link_;
  std::vector<uint32_t> first_node_;
  const uint32_t indirect_node_;
  const DataNodes data_;
  std::vector<std::pair<uint32_t, const MachineFunction*>> functions_;
  std::vector<std::vector<CallEdge>> edges_;
  std::vector<std::vector<SyscallSite>> sites_;
  std::vector<std::vector<std::string>> missing_;
  std::vector<bool> by_code_;  // By image.
  std::vector<bool> is_kept_;  // By function.
  std::vector<bool> may_call_kept_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_CALL_GRAPH_H_
