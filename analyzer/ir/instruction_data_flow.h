// Where one instruction takes data. Internal to ir/.
//
//   InstructionDataFlow instructions(nodes, places, facts);
//   instructions.Enter(block);
//   for (const llvm::Instruction& each : block) instructions.Read(each);

#ifndef BAILEY_ANALYZER_IR_INSTRUCTION_DATA_FLOW_H_
#define BAILEY_ANALYZER_IR_INSTRUCTION_DATA_FLOW_H_

#include <map>
#include <string>
#include <unordered_map>

#include "analyzer/ir/control_dependence.h"
#include "analyzer/ir/data_flow_nodes.h"

namespace llvm {
class BasicBlock;
class CallBase;
class Instruction;
class IntrinsicInst;
class PHINode;
}  // namespace llvm

namespace bailey::analyzer {

class InstructionDataFlow {
 public:
  InstructionDataFlow(DataFlowNodes& nodes, const Places& places,
                      const llvm::Function& function, FunctionDataFlow& facts);

  // What comes next stands in this block.
  void Enter(const llvm::BasicBlock& block);
  void Read(const llvm::Instruction& instruction);
  // False: it has none.
  bool AddPlace(const llvm::Instruction& instruction) {
    return PlaceOf(instruction) != 0;
  }

 private:
  void ReadMemory(const llvm::Instruction& instruction);
  void ReadMerge(const llvm::PHINode& merge);
  void ReadCall(const llvm::CallBase& call, bool is_opaque);
  void ReadAssembly(const llvm::CallBase& call);
  void ReadIntrinsic(const llvm::IntrinsicInst& call);
  void CopyOperands(const llvm::Instruction& instruction, bool constants);
  void Copy(DataNode to, DataNode from,
            DataStepKind kind = DataStepKind::kCopy);
  void Load(const llvm::Instruction& to, const llvm::Value& pointer);
  void Store(const llvm::Value& pointer, const llvm::Value& value,
             const llvm::Instruction& at);
  void Move(const llvm::Value& target, const llvm::Value& source, uint64_t size,
            const llvm::Instruction& at);
  DataNode ControlOf(const llvm::BasicBlock& block);
  uint32_t PlaceOf(const llvm::Instruction& instruction);

  DataFlowNodes& nodes_;
  const Places& places_;
  FunctionDataFlow& facts_;
  const ControlDependence dependence_;
  DataNode control_ = kNoData;
  std::unordered_map<const llvm::BasicBlock*, DataNode> controls_;
  std::map<std::string, uint32_t> files_;
  std::map<CodePosition, uint32_t> known_places_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_INSTRUCTION_DATA_FLOW_H_
