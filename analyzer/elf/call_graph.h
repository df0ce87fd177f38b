// All functions of a link map as one graph: who calls whom across files, and
// what each does in the kernel. Internal to analyzer/elf.
//
//   CallGraph graph(link);
//   for (const CallEdge& edge : graph.edges(graph.NodeOf(image, function))) …

#ifndef BAILEY_ANALYZER_ELF_CALL_GRAPH_H_
#define BAILEY_ANALYZER_ELF_CALL_GRAPH_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/elf/link_map.h"
#include "analyzer/elf/machine_function.h"

namespace bailey::analyzer {

struct CallEdge {
  enum class Kind : uint8_t {
    kTail,  // Jumps there, and so does not come back.
    kCall,
    kAddress  // Takes its address, or may call through a pointer to it.
  };
  uint32_t target = 0;
  Kind kind = Kind::kCall;
  const CallSite* site = nullptr;  // Of kTail and kCall.
};

class CallGraph {
 public:
  // `link` must outlive this.
  explicit CallGraph(const LinkMap& link);

  uint32_t size() const { return static_cast<uint32_t>(edges_.size()); }
  uint32_t NodeOf(uint32_t image, uint32_t function) const {
    return first_node_[image] + function;
  }
  // The node that stands for every function whose address lies in some image's
  // data; all that call through pointers lead there. It has no function.
  uint32_t indirect_node() const { return indirect_node_; }
  std::string NameOf(uint32_t node) const;
  const ElfImage& ImageOf(uint32_t node) const;
  // Null for the indirect node.
  const MachineFunction* FunctionOf(uint32_t node) const {
    return functions_[node].second;
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
  void AddImage(uint32_t image);
  void AddFunction(uint32_t image, uint32_t function);
  void AddImport(uint32_t image, uint32_t from, const std::string& import,
                 CallEdge edge);
  void AddIndirectTargets(uint32_t image);
  void PassNumbersToCallers();
  void Derive(uint32_t caller, const CallEdge& edge, const SyscallSite& site,
              std::vector<uint32_t>& changed);

  const LinkMap& link_;
  std::vector<uint32_t> first_node_;
  uint32_t indirect_node_ = 0;
  std::vector<std::pair<uint32_t, const MachineFunction*>> functions_;
  std::vector<std::vector<CallEdge>> edges_;
  std::vector<std::vector<SyscallSite>> sites_;
  std::vector<std::vector<std::string>> missing_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_CALL_GRAPH_H_
