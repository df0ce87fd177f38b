// Makes a DataGraph of a program's units, once pointers are known. Internal to
// flow/.
//
//   DataGraphBuilder builder(program, linker, graph);
//   builder.Build(roots);

#ifndef BAILEY_ANALYZER_FLOW_DATA_GRAPH_BUILDER_H_
#define BAILEY_ANALYZER_FLOW_DATA_GRAPH_BUILDER_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/flow/constraint_linker.h"
#include "analyzer/flow/data_graph.h"
#include "analyzer/flow/data_memory.h"
#include "analyzer/flow/parameter_memory.h"

namespace bailey::analyzer {

struct Program;

class DataGraphBuilder {
 public:
  using Node = DataGraph::Node;

  DataGraphBuilder(const Program& program, const ConstraintLinker& linker,
                   DataGraph& graph)
      : program_(program),
        linker_(linker),
        graph_(graph),
        memory_(linker, graph),
        parameters_(program, linker, graph, memory_) {}

  void Build(const CallRoots& roots);

 private:
  // What a call leads to, of all that the pointers say.
  struct Targets {
    SymbolSet symbols;
    bool may_be_unknown = false;
    bool is_known = false;  // the call is in reached code
  };
  // The call that is being connected.
  struct Site {
    uint32_t function = 0;
    size_t unit = 0;
    const DataCall* facts = nullptr;
    uint32_t callee = 0;  // of graph.names
    uint32_t number = 0;  // which call
  };
  using Nodes = std::vector<Node>;

  // data_graph_builder.cc
  void AddUnits();
  void AddSites(const CallRoots& roots);
  void AddSitesOf(uint32_t function);
  bool IsEntered(uint32_t function) const;
  void IndexCalls();
  void AddFunction(uint32_t function);
  void AddOwnUses(uint32_t function);
  void AddStep(uint32_t function, const DataStep& step);
  void AddInitial(size_t unit, const DataStep& step);
  void AddExternalRead(uint32_t function, const ExternalRead& read);
  void AddEntries(const CallRoots& roots);
  void AddUse(const Site& site, Node node, DataUseKind kind);
  PointsTo::Node Pointer(size_t unit, ValueNumber value) const {
    return linker_.NodeOf(unit, value);
  }
  // What a function reads and writes through its own pointers.
  Node Read(uint32_t function, ValueNumber pointer, uint64_t size) {
    return parameters_.Read(function, pointer, size);
  }
  Node Written(uint32_t function, ValueNumber pointer, uint64_t size) {
    return parameters_.Written(function, pointer, size);
  }
  Node Read(const Site& site, const DataArgument& argument) {
    return Read(site.function, argument.pointer, 0);
  }
  Node Written(const Site& site, const DataArgument& argument) {
    return Written(site.function, argument.pointer, 0);
  }

  // data_calls.cc
  void AddCall(uint32_t function, const DataCall& call);
  Targets TargetsOf(size_t unit, const DataCall& call) const;
  void Pass(const Site& site, const LinkedSymbol& symbol);
  void PassTo(const Site& site, const LinkedSymbol::Body& body,
              uint32_t callee);
  void CallLibrary(Site site, const std::string& name);
  void CallBack(const Site& site, const std::string& name);
  void Mix(const Site& site);
  void Apply(const Site& site, const DataRule& rule);
  Nodes Sources(const Site& site, const DataPlace& place);
  Nodes Destinations(const Site& site, const DataPlace& place);
  bool HasMemory(const Site& site, const DataArgument& argument) const;
  PointsTo::Node Behind(const Site& site, const DataArgument& argument) const {
    return Pointer(site.unit, argument.pointer);
  }
  uint32_t NameOf(const std::string& name);

  const Program& program_;
  const ConstraintLinker& linker_;
  DataGraph& graph_;
  DataMemory memory_;
  ParameterMemory parameters_;
  std::map<const DataCall*, uint32_t> sites_;
  std::map<std::pair<size_t, int>, Targets> targets_;
  std::map<std::string, const LinkedSymbol*> symbols_;
  std::map<PointsTo::Object, const LinkedSymbol*> by_object_;
  std::map<std::pair<size_t, std::string>, uint32_t> functions_;
  std::map<std::string, uint32_t> names_;
  bool has_channel_ = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_DATA_GRAPH_BUILDER_H_
