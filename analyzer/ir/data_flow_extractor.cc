// The data flow of a module: its functions, and the small numbers that globals
// hold from the start.
#include "analyzer/ir/data_flow_extractor.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

#include "analyzer/ir/instruction_data_flow.h"

namespace bailey::analyzer {
namespace {

// A global of more parts is a table, and no set of descriptors.
constexpr unsigned kMostParts = 64;

FunctionDataFlow ReadFunction(const llvm::Function& function,
                              const Places& places, DataFlowNodes& nodes,
                              const UnitDataFlow& unit) {
  FunctionDataFlow facts;
  facts.id = places.Id(function);
  facts.first = unit.node_count;
  facts.result = nodes.New();
  for (const llvm::Argument& argument : function.args())
    (IsFloat(*argument.getType()) ? facts.floats : facts.integers)
        .push_back(nodes.Of(argument));
  InstructionDataFlow instructions(nodes, places, function, facts);
  for (const llvm::Instruction& each : llvm::instructions(function))
    if (instructions.AddPlace(each)) break;  // the function's own
  for (const llvm::BasicBlock& block : function) {
    instructions.Enter(block);
    for (const llvm::Instruction& each : block) instructions.Read(each);
  }
  facts.end = unit.node_count;
  return facts;
}

// Anywhere in the global: which part is which number is not asked.
void ReadNumbers(const llvm::Constant& constant, ValueNumber global,
                 DataFlowNodes& nodes, UnitDataFlow& unit) {
  if (const DataNode number = nodes.OfAny(constant); number != kNoData) {
    DataStep step;
    step.kind = DataStepKind::kStore;
    step.from = number;
    step.target = global;
    unit.initial.push_back(step);
    return;
  }
  if (!llvm::isa<llvm::ConstantAggregate>(constant)) return;
  if (constant.getNumOperands() > kMostParts) return;
  for (const llvm::Use& each : constant.operands())
    ReadNumbers(*llvm::cast<llvm::Constant>(each.get()), global, nodes, unit);
}

}  // namespace

UnitDataFlow ExtractDataFlow(const llvm::Module& module, const Places& places,
                             UnitValues& values) {
  UnitDataFlow unit;
  DataFlowNodes nodes(values, unit);
  for (const llvm::Function& function : module)
    if (!function.isDeclaration())
      unit.functions.push_back(ReadFunction(function, places, nodes, unit));
  for (const llvm::GlobalVariable& global : module.globals())
    if (global.hasInitializer() && !IsCompilersOwn(global))
      ReadNumbers(*global.getInitializer(), nodes.Pointer(global), nodes, unit);
  return unit;
}

}  // namespace bailey::analyzer
