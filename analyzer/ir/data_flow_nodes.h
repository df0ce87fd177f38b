// The numbers of a module's values in its data flow. Internal to ir/.
//
//   DataFlowNodes nodes(values, unit);
//   nodes.Of(instruction);   // kNoData of what holds no data: constants

#ifndef BAILEY_ANALYZER_IR_DATA_FLOW_NODES_H_
#define BAILEY_ANALYZER_IR_DATA_FLOW_NODES_H_

#include <map>
#include <unordered_map>

#include "analyzer/ir/data_flow.h"
#include "analyzer/ir/unit_values.h"

namespace bailey::analyzer {

class DataFlowNodes {
 public:
  DataFlowNodes(UnitValues& values, UnitDataFlow& unit)
      : values_(values), unit_(unit) {}

  DataNode New() { return unit_.node_count++; }
  DataNode Of(const llvm::Value& value);
  // The same, and of a small integer constant its own node.
  DataNode OfAny(const llvm::Value& value);
  ValueNumber Pointer(const llvm::Value& value);
  uint64_t SizeOf(llvm::Type& type) const { return values_.SizeOf(type); }

 private:
  UnitValues& values_;
  UnitDataFlow& unit_;
  std::unordered_map<const llvm::Value*, DataNode> numbers_;
  std::map<uint64_t, DataNode> constants_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_DATA_FLOW_NODES_H_
