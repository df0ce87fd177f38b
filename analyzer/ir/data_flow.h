// Where data goes in a unit's code: plain data that outlives the module, for
// analyzer/flow/data_graph.h to join and search.
//
//   UnitDataFlow flow = ExtractDataFlow(module, places, values);
//   for (const DataStep& step : flow.functions[0].steps) …
//
// Every value that is not a constant is a node, whatever its type. Memory is
// not: loads and stores name the pointer that they go through by its number in
// the unit's constraints, so that points-to analysis says what is there.

#ifndef BAILEY_ANALYZER_IR_DATA_FLOW_H_
#define BAILEY_ANALYZER_IR_DATA_FLOW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/ir/constraints.h"
#include "analyzer/ir/control_flow.h"

namespace bailey::analyzer {

// A value of the unit, by number; unlike a ValueNumber it stands for integers
// of one bit, too, and for small constants, which may be descriptors.
using DataNode = uint32_t;
inline constexpr DataNode kNoData = 0;
inline constexpr DataNode kFirstData = 1;
// Constants below it have nodes.
inline constexpr uint64_t kMostDescriptors = 200;

enum class DataStepKind : uint8_t {
  kCopy,     // `to` is made of `from`, all or in part
  kControl,  // what `to` is depends on a decision by `from`
  kLoad,     // `to` is read from *source; `from` is the pointer's own node
  kStore,    // `from` is written to *target; `to` is the pointer's own node
  kMove,     // *target gets what *source holds
};

struct DataStep {
  DataStepKind kind = DataStepKind::kCopy;
  DataNode to = kNoData;
  DataNode from = kNoData;
  ValueNumber target = kNoValue;
  ValueNumber source = kNoValue;
  uint64_t size = 0;  // in bytes; 0: not known
  DataNode control = kNoData;
  uint32_t place = 0;  // in the function's places
};

struct DataArgument {
  DataNode node = kNoData;
  ValueNumber pointer = kNoValue;
  bool is_pointer = false;  // by its type
  bool is_constant = false;
  uint64_t constant = 0;
  std::string symbol = {};  // a library's variable whose address it is
};

struct DataCall {
  std::string to;   // the function's id if it is known
  int number = -1;  // in its unit, as in PointerCall
  // Anything may be done to what it gets: assembly, an unknown intrinsic.
  bool is_opaque = false;
  DataNode result = kNoData;
  ValueNumber result_pointer = kNoValue;
  // As registers hold them, like the parameters of a function.
  std::vector<DataArgument> integers;
  std::vector<DataNode> floats;
  DataNode control = kNoData;
  uint32_t place = 0;
};

// A variable of a library that is read: stdin, environ.
struct ExternalRead {
  std::string symbol;
  DataNode to = kNoData;
  uint32_t place = 0;
};

struct FunctionDataFlow {
  std::string id;
  // [first, end): its own nodes.
  DataNode first = kNoData;
  DataNode end = kNoData;
  std::vector<DataNode> integers;  // parameters
  std::vector<DataNode> floats;
  DataNode result = kNoData;
  DataNode entry = kNoData;  // whether it is called at all
  std::vector<DataStep> steps;
  std::vector<DataCall> calls;
  std::vector<ExternalRead> external_reads;
  std::vector<std::string> files;
  std::vector<CodePosition> places;
};

// The node of a small constant.
struct DataConstant {
  uint64_t value = 0;
  DataNode node = kNoData;
};

struct UnitDataFlow {
  DataNode node_count = kFirstData;
  std::vector<DataConstant> constants;
  std::vector<FunctionDataFlow> functions;
  // Small constants that globals hold from the start.
  std::vector<DataStep> initial;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_DATA_FLOW_H_
