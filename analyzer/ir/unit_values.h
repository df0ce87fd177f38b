// The numbers of a module's values and objects. Internal to ir/.
//
//   UnitValues values(module, places, unit);
//   values.UseList(unit.constraints);   // where constraints go
//   values.Copy(values.NumberOf(phi), values.NumberOf(incoming));

#ifndef BAILEY_ANALYZER_IR_UNIT_VALUES_H_
#define BAILEY_ANALYZER_IR_UNIT_VALUES_H_

#include <map>
#include <unordered_map>
#include <vector>

#include "analyzer/ir/constraints.h"
#include "analyzer/ir/global_uses.h"

namespace llvm {
class Constant;
class ConstantExpr;
class DataLayout;
class GEPOperator;
class Type;
class Value;
}  // namespace llvm

namespace bailey::analyzer {

// Passed in registers for floating-point numbers.
bool IsFloat(const llvm::Type& type);

class UnitValues {
 public:
  UnitValues(const llvm::Module& module, const Places& places,
             UnitConstraints& unit);

  UnitConstraints& unit() { return unit_; }
  const llvm::DataLayout& layout() const { return layout_; }
  // Constants of symbols go to the unit's list always: each is numbered once.
  void UseList(std::vector<PointerConstraint>& list) { list_ = &list; }

  ValueNumber NewValue() { return unit_.value_count++; }
  uint32_t NewObject(MemoryObject object);
  ValueNumber NumberOf(const llvm::Value& value);
  uint32_t ObjectOf(const llvm::GlobalValue& global);
  uint64_t SizeOf(llvm::Type& type) const;
  std::vector<DeclaredArray> ArraysOf(llvm::Type& type) const;

  void Add(PointerConstraint constraint);
  void Copy(ValueNumber to, ValueNumber from);
  // At any offset of what `from` points to.
  void CopyAnywhere(ValueNumber to, ValueNumber from);
  void Offset(ValueNumber to, const llvm::GEPOperator& address);
  void Initialize(uint32_t object, int64_t offset,
                  const llvm::Constant& constant);

 private:
  ValueNumber NumberOfConstant(const llvm::Constant& constant);
  ValueNumber NumberOfExpression(const llvm::ConstantExpr& expression);
  ValueNumber NumberOfSymbol(const llvm::GlobalValue& global);
  void CollectArrays(llvm::Type& type, int64_t offset,
                     std::vector<DeclaredArray>& arrays) const;

  const Places& places_;
  UnitConstraints& unit_;
  const llvm::DataLayout& layout_;
  std::vector<PointerConstraint>* list_ = nullptr;
  std::unordered_map<const llvm::Value*, ValueNumber> numbers_;
  std::unordered_map<const llvm::GlobalValue*, uint32_t> objects_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_UNIT_VALUES_H_
