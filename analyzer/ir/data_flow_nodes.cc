// Numbers of values in the data flow, given where they are first asked for.
#include "analyzer/ir/data_flow_nodes.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>

namespace bailey::analyzer {

DataNode DataFlowNodes::Of(const llvm::Value& value) {
  if (!llvm::isa<llvm::Instruction, llvm::Argument>(value)) return kNoData;
  const auto [found, added] = numbers_.try_emplace(&value, kNoData);
  if (added) found->second = New();
  return found->second;
}

DataNode DataFlowNodes::OfAny(const llvm::Value& value) {
  const auto* number = llvm::dyn_cast<llvm::ConstantInt>(&value);
  if (number == nullptr) return Of(value);
  const unsigned width = number->getBitWidth();
  if (width < 32 || width > 64 || !number->getValue().ult(kMostDescriptors))
    return kNoData;
  const auto [found, added] =
      constants_.try_emplace(number->getZExtValue(), kNoData);
  if (added) {
    found->second = New();
    unit_.constants.push_back({found->first, found->second});
  }
  return found->second;
}

// Whatever may hold an address: what is cast to a pointer later counts, too.
// Constants that hold no address have no number: text, tables of numbers. What
// is within them has none either; nothing comes to be there.
ValueNumber DataFlowNodes::Pointer(const llvm::Value& value) {
  if (value.getType()->isPointerTy()) {
    const llvm::Value* object = llvm::getUnderlyingObject(&value);
    if (llvm::isa<llvm::Constant>(object) &&
        values_.NumberOf(*object) == kNoValue)
      return kNoValue;
  }
  return values_.NumberOf(value);
}

}  // namespace bailey::analyzer
