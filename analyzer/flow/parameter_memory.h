// Memory that a function knows by its parameters or as its own locals alone,
// told apart by callers: what one caller passes to be read or written is not
// what another does, and each call has locals of its own. Internal to flow/.
//
//   ParameterMemory parameters(program, linker, graph, memory);
//   parameters.AddSite(site);                    // each call of a function
//   parameters.Finish();
//   parameters.Read(function, pointer, 8);       // as DataMemory::Read
//   parameters.Connect();                        // once all were asked for
//
// A pointer counts if all that it is made of is one parameter, and if the
// function is called by nobody but the sites: what the parameter points to must
// be what they pass. Else it is memory as everybody sees it. A node for such
// memory belongs to the function; it is connected to the objects that the
// callers pass by edges that are entered and left at the site.

#ifndef BAILEY_ANALYZER_FLOW_PARAMETER_MEMORY_H_
#define BAILEY_ANALYZER_FLOW_PARAMETER_MEMORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/flow/constraint_linker.h"
#include "analyzer/flow/data_graph.h"
#include "analyzer/flow/data_memory.h"

namespace bailey::analyzer {

class ParameterMemory {
 public:
  using Node = DataGraph::Node;

  ParameterMemory(const Program& program, const ConstraintLinker& linker,
                  DataGraph& graph, DataMemory& memory)
      : program_(program), linker_(linker), graph_(graph), memory_(memory) {}

  // `facts` null: nothing is known of the function. `is_open`: it may be called
  // by others than the sites.
  void AddFunction(const FunctionConstraints* facts, bool is_open);
  void AddSite(const DataSite& site);
  void Finish();

  Node Read(uint32_t function, ValueNumber pointer, uint64_t size) {
    return Access(function, pointer, size, true);
  }
  Node Written(uint32_t function, ValueNumber pointer, uint64_t size) {
    return Access(function, pointer, size, false);
  }
  void Connect();

 private:
  using Pointer = PointsTo::Node;
  using Objects = DataMemory::Objects;
  struct Parameter {
    Objects points_to;  // by points-to analysis
    Objects passed;     // of these: by the sites
    bool counts = false;
  };
  struct Function {
    const FunctionConstraints* facts = nullptr;
    bool is_open = true;
    std::vector<DataSite> sites;
    std::vector<Parameter> parameters;
    // Values that are made of one parameter, or of addresses of locals.
    std::unordered_map<ValueNumber, size_t> made_of;
  };
  struct Behind {
    uint32_t function = 0;
    size_t parameter = 0;
    Pointer pointer = 0;
    uint64_t size = 0;
    bool is_read = false;
    auto operator<=>(const Behind&) const = default;
  };

  Node Access(uint32_t function, ValueNumber pointer, uint64_t size,
              bool is_read);
  Node NodeOf(const Behind& behind);
  void ConnectAt(const DataSite& site, const Behind& behind, Node node);
  Pointer PointerOf(uint32_t function, ValueNumber value) const {
    return linker_.NodeOf(graph_.functions[function].unit, value);
  }
  bool IsLocal(uint32_t function, ValueNumber value) const;
  std::optional<size_t> ParameterOf(uint32_t function, ValueNumber value) const;
  void FindWhatIsMade(Function& function, const UnitConstraints& unit,
                      const std::set<ValueNumber>& others);
  void FindPassed();
  bool AddPassed(uint32_t function, size_t parameter);
  bool TellsApart(uint32_t function, size_t parameter) const;
  bool IsWithin(Pointer pointer, const Objects& objects) const;

  const Program& program_;
  const ConstraintLinker& linker_;
  DataGraph& graph_;
  DataMemory& memory_;
  std::vector<Function> functions_;  // as in the graph
  std::map<Behind, Node> nodes_;
  std::vector<std::pair<Behind, Node>> pending_;
  size_t connected_ = 0;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_PARAMETER_MEMORY_H_
