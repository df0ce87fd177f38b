// Values, objects and initializers of a module as constraints; what each
// instruction says is in instruction_constraints.cc.
#include "analyzer/ir/constraints.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>

#include "analyzer/ir/constraint_extractor.h"
#include "analyzer/ir/data_flow_extractor.h"
#include "analyzer/ir/instruction_constraints.h"
#include "analyzer/ir/unit_values.h"

namespace bailey::analyzer {
namespace {

void ReadInitializers(const llvm::Module& module, UnitValues& values) {
  for (const llvm::GlobalVariable& global : module.globals()) {
    if (!global.hasInitializer() || IsCompilersOwn(global)) continue;
    values.Initialize(values.ObjectOf(global), 0, *global.getInitializer());
  }
}

// Parameters up to the last that the function looks at.
uint32_t IntegersRead(const llvm::Function& function) {
  uint32_t index = 0;
  uint32_t read = 0;
  for (const llvm::Argument& argument : function.args()) {
    if (IsFloat(*argument.getType())) continue;
    ++index;
    if (!argument.use_empty()) read = index;
  }
  return read;
}

FunctionConstraints ReadFunction(const llvm::Function& function,
                                 UnitValues& values) {
  FunctionConstraints facts;
  facts.object = values.ObjectOf(function);
  facts.is_variadic = function.isVarArg();
  for (const llvm::Argument& argument : function.args()) {
    facts.returns_in_memory |= argument.hasStructRetAttr();
    (IsFloat(*argument.getType()) ? facts.floats : facts.integers)
        .push_back(values.NumberOf(argument));
  }
  facts.integers_read = IntegersRead(function);
  facts.result = values.NewValue();
  facts.variadic_area = values.NewObject({ObjectKind::kStack, "", 0, true, {}});
  values.UseList(facts.constraints);
  InstructionConstraints instructions(values, facts);
  for (const llvm::Instruction& each : llvm::instructions(function))
    instructions.Read(each);
  values.UseList(values.unit().constraints);
  return facts;
}

}  // namespace

UnitConstraints ExtractConstraints(const llvm::Module& module,
                                   const Places& places,
                                   UnitDataFlow* data_flow) {
  UnitConstraints unit;
  UnitValues values(module, places, unit);
  values.UseList(unit.constraints);
  ReadInitializers(module, values);
  for (const llvm::Function& function : module)
    if (!function.isDeclaration())
      unit.functions.push_back(ReadFunction(function, values));
  for (const llvm::GlobalIFunc& ifunc : module.ifuncs())
    if (const llvm::Function* resolver = ifunc.getResolverFunction())
      unit.resolvers.push_back(places.Id(*resolver));
  if (data_flow != nullptr)
    *data_flow = ExtractDataFlow(module, places, values);
  return unit;
}

}  // namespace bailey::analyzer
