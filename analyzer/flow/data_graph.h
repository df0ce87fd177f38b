// Where data goes in a whole program: values and memory as nodes, with what
// moves from one to another as edges.
//
//   const DataGraph graph = BuildDataGraph(program, roots);
//   DataSearch search(graph);
//   search.Start(graph.ResultOf(call), DataLabel::kData);
//
// Callers are told apart: edges into a function and out of it say at which
// call, so that what is passed at one comes back there alone (data_search.h);
// through parameters that point somewhere, too (parameter_memory.h). Memory is
// told apart by points-to analysis (constraint_linker.h): objects, and words in
// them. One node stands for all memory that code without source may know: what
// leads out of it is assumed, not found.

#ifndef BAILEY_ANALYZER_FLOW_DATA_GRAPH_H_
#define BAILEY_ANALYZER_FLOW_DATA_GRAPH_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/flow/call_targets.h"
#include "analyzer/flow/data_effects.h"
#include "analyzer/ir/data_flow.h"
#include "common/documents/report.h"

namespace bailey::analyzer {

struct Program;

// In paths and edges: memory that code without source may know, and such code.
inline constexpr std::string_view kUnknownOwner = "(code without source)";
// In paths: that is handed to inline assembly.
inline constexpr std::string_view kAssemblyCallee = "(assembly)";

enum class DataEdgeKind : uint8_t {
  kMove,
  kReveal,   // a descriptor or stream gives what it is open for
  kAssumed,  // through code or memory of which nothing is known
  kDecide,   // a decision, not the data itself
};

// What an edge between two functions has to do with a call.
enum class DataPassing : uint8_t { kNone, kEnter, kLeave };

struct DataEdge {
  uint32_t to = 0;
  DataEdgeKind kind = DataEdgeKind::kMove;
  DataPassing passing = DataPassing::kNone;
  uint8_t parameter = 0;  // of kEnter
  uint32_t site = 0;      // which call
};

// Parameters beyond them are one.
inline constexpr size_t kMostParametersApart = 14;

// A function of one unit.
struct DataFunction {
  std::string id;
  size_t unit = 0;
  const FunctionDataFlow* facts = nullptr;
  bool is_open = true;  // it may be called by others than `sites` has
};

// A call of a function of the program.
struct DataSite {
  uint32_t number = 0;
  uint32_t caller = 0;
  uint32_t callee = 0;
  const DataCall* facts = nullptr;
};

enum class DataUseKind : uint8_t {
  kUse,
  kCopy,     // written to memory
  kSink,     // leaves the program
  kRead,     // read from a descriptor or stream
  kUnknown,  // handed to code of which nothing is known
};

// Something is done here with what `node` holds.
struct DataUse {
  uint32_t node = 0;
  DataUseKind kind = DataUseKind::kUse;
  uint32_t function = 0;
  uint32_t place = 0;   // in the function's places
  uint32_t callee = 0;  // of graph.names; 0: none
};

// What the caller finds behind an argument that points somewhere.
struct DataBehind {
  uint32_t site = 0;  // which call
  int parameter = 0;
  uint32_t node = 0;
};

// A call as its caller names it.
struct DataCallRef {
  uint32_t function = 0;
  const DataCall* facts = nullptr;
  std::string to;
};

class DataGraph {
 public:
  using Node = uint32_t;
  static constexpr uint32_t kNone = ~uint32_t{0};

  Node New(uint32_t function = kNone, uint32_t object = kNone) {
    edges_.emplace_back();
    owners_.push_back({function, object});
    return static_cast<Node>(edges_.size() - 1);
  }
  void Connect(Node from, Node to, DataEdgeKind kind = DataEdgeKind::kMove) {
    if (from != 0 && to != 0 && from != to) edges_[from].push_back({to, kind});
  }
  // What `from` is for the caller is `to` for who is called there, by that
  // parameter; and back.
  void Enter(Node from, Node to, uint32_t site, size_t parameter,
             DataEdgeKind kind = DataEdgeKind::kMove) {
    const auto apart =
        static_cast<uint8_t>(std::min(parameter, kMostParametersApart));
    if (from != 0 && to != 0 && from != to)
      edges_[from].push_back({to, kind, DataPassing::kEnter, apart, site});
  }
  void Leave(Node from, Node to, uint32_t site) {
    if (from != 0 && to != 0 && from != to)
      edges_[from].push_back(
          {to, DataEdgeKind::kMove, DataPassing::kLeave, 0, site});
  }

  size_t size() const { return edges_.size(); }
  const std::vector<DataEdge>& From(Node node) const { return edges_[node]; }
  uint32_t FunctionOf(Node node) const { return owners_[node].function; }
  // Into `objects`, of a node that is memory.
  uint32_t ObjectOf(Node node) const { return owners_[node].object; }
  SourceSite SiteOf(uint32_t function, uint32_t place) const;
  // Node 0 for a value that is not followed.
  Node NodeOf(size_t unit, DataNode value) const {
    if (value == kNoData || value >= unit_sizes[unit]) return 0;
    return unit_begins[unit] + value;
  }
  Node ResultOf(const DataCallRef& call) const {
    return NodeOf(functions[call.function].unit, call.facts->result);
  }

  std::vector<DataFunction> functions;
  std::vector<std::string> objects;  // ids of globals; empty: no global
  std::vector<std::string> names = {""};
  std::vector<DataUse> uses;
  std::vector<DataCallRef> calls;  // of library functions
  std::vector<DataSite> sites;     // of the program's own
  std::vector<DataBehind> behind;  // of all sites
  // What a call of a function of which nothing is known has to do with, by the
  // caller, and the call's place in its calls.
  std::map<std::pair<uint32_t, const DataCall*>, Node> mixtures;
  std::array<Node, kLibraryStates> states{};
  Node unknown = 0;                  // memory
  std::map<uint64_t, Node> numbers;  // small constants
  std::vector<uint32_t> unit_begins;
  std::vector<uint32_t> unit_sizes;

 private:
  struct Owner {
    uint32_t function;
    uint32_t object;
  };

  std::vector<std::vector<DataEdge>> edges_ = {{}};
  std::vector<Owner> owners_ = {{kNone, kNone}};
};

// `program` must outlive it.
DataGraph BuildDataGraph(const Program& program, const CallRoots& roots);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_DATA_GRAPH_H_
