// Memory as nodes of a data graph. Internal to flow/.
//
//   DataMemory memory(linker, graph);
//   graph.Connect(value, memory.Written(pointer, 8));  // *pointer = value
//   graph.Connect(memory.Read(pointer, 8), to);        // to = *pointer
//
// An object has a node for each word that is read or written by itself, one for
// what is written somewhere in it, and one for all that is read of it.

#ifndef BAILEY_ANALYZER_FLOW_DATA_MEMORY_H_
#define BAILEY_ANALYZER_FLOW_DATA_MEMORY_H_

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "analyzer/flow/constraint_linker.h"
#include "analyzer/flow/data_graph.h"

namespace bailey::analyzer {

class DataMemory {
 public:
  using Pointer = PointsTo::Node;
  using Node = DataGraph::Node;

  DataMemory(const ConstraintLinker& linker, DataGraph& graph);

  // What may be read behind the pointer, `size` bytes; 0: not known how many.
  Node Read(Pointer pointer, uint64_t size);
  // Goes wherever it may point to.
  Node Written(Pointer pointer, uint64_t size);
  using Objects = std::set<PointsTo::Object>;
  Objects ObjectsOf(Pointer pointer) const;
  // A local of that function, to be called before it is asked for. What is read
  // and written by the functions here belongs to nobody but for the next two.
  void SetOwner(PointsTo::Object object, uint32_t function) {
    owners_[object] = function;
  }
  bool HasOwner(PointsTo::Object object) const {
    return owners_.contains(object);
  }
  // `pointer` is made of addresses of the function's own locals alone.
  Node OfLocals(Pointer pointer, uint64_t size, bool is_read,
                uint32_t function);
  // Of what `pointer` leads to only what `passed` leads to as well, which is
  // made of addresses of locals of `function`, if one is given.
  Node Of(Pointer pointer, uint64_t size, bool is_read, Pointer passed,
          uint32_t function);
  // The same of all that can be reached from there, the object itself included.
  Node ReadWithin(Pointer pointer);
  Node WrittenWithin(Pointer pointer);
  // Of an object, as a whole.
  Node WrittenTo(PointsTo::Object object);

  // What code without source may know: it may be in any of it. Last, when all
  // objects are known. The same for what reaches all memory.
  void ConnectUnknown();

 private:
  struct ObjectNodes {
    Node all = 0;  // all that is read of it
    Node any = 0;  // what is written somewhere in it
    std::map<int64_t, Node> words;
  };
  using Nodes = std::vector<Node>;

  ObjectNodes& Of(PointsTo::Object object);
  Node Word(PointsTo::Object object, int64_t word);
  std::optional<std::set<int64_t>> Words(const PointsTo::Target& at,
                                         uint64_t size) const;
  void AddRead(const PointsTo::Target& at, uint64_t size, Nodes& nodes);
  void AddWritten(const PointsTo::Target& at, uint64_t size, Nodes& nodes);
  // Nothing: so many that it is taken to be all memory.
  std::optional<std::set<PointsTo::Object>> Within(Pointer pointer) const;
  Node Join(Nodes nodes, bool is_read);
  Node JoinFor(uint32_t function, const Nodes& nodes, bool is_read);

  const ConstraintLinker& linker_;
  DataGraph& graph_;
  std::set<PointsTo::Object> functions_;
  std::map<PointsTo::Object, uint32_t> names_;  // into graph.objects
  std::map<PointsTo::Object, ObjectNodes> objects_;
  Node read_of_all_ = 0;
  Node written_to_all_ = 0;
  std::map<std::pair<Pointer, uint64_t>, Node> reads_;
  std::map<std::pair<Pointer, uint64_t>, Node> writes_;
  // By pointer, size, reading, objects and function.
  std::map<std::tuple<Pointer, uint64_t, bool, Objects, uint32_t>, Node>
      passed_;
  std::map<PointsTo::Object, uint32_t> owners_;
  std::map<Pointer, Node> reads_within_;
  std::map<Pointer, Node> writes_within_;
  std::map<Nodes, Node> joined_reads_;
  std::map<Nodes, Node> joined_writes_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_DATA_MEMORY_H_
