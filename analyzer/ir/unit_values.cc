// Numbers of values and objects: constants are taken apart, down to the symbols
// whose addresses they hold.
#include "analyzer/ir/unit_values.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <utility>

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

// Numbers that are never an address: small ones, of either sign.
constexpr uint64_t kSmallAddress = 1 << 16;
constexpr size_t kMostDeclaredArrays = 32;
constexpr uint64_t kWordBytes = 8;

bool HoldsAddress(const llvm::Constant& constant) {
  if (isa<llvm::ConstantData>(constant)) return false;
  if (!isa<llvm::ConstantAggregate>(constant)) return true;
  for (const llvm::Use& each : constant.operands())
    if (HoldsAddress(*llvm::cast<llvm::Constant>(each.get()))) return true;
  return false;
}

// Text, and tables of numbers: nothing is stored there, and what is read from
// there is no address.
bool IsPlainData(const llvm::GlobalValue& global) {
  const auto* data = dyn_cast<llvm::GlobalVariable>(&global);
  return data != nullptr && data->isConstant() &&
         data->hasDefinitiveInitializer() &&
         !HoldsAddress(*data->getInitializer());
}

bool IsSmall(const llvm::ConstantInt& number) {
  if (number.getBitWidth() > 64) return false;
  const int64_t value = number.getSExtValue();
  return std::abs(value) < static_cast<int64_t>(kSmallAddress);
}

// Whether `address`, up to the step before `end`, leads to the last member of
// whatever it leads into: an array there may have room for more behind it, as
// compilers allow to all of them (-fstrict-flex-arrays=0). Arrays in variables
// end where these do; of others nothing is known.
bool IsTrailing(const llvm::GEPOperator& address,
                const llvm::gep_type_iterator& end);

bool IsTrailing(const llvm::Value& base) {
  if (isa<llvm::AllocaInst, llvm::GlobalVariable>(base)) return false;
  const auto* address = dyn_cast<llvm::GEPOperator>(&base);
  return address == nullptr ||
         IsTrailing(*address, llvm::gep_type_end(*address));
}

bool IsTrailing(const llvm::GEPOperator& address,
                const llvm::gep_type_iterator& end) {
  bool is_member = false;
  auto step = llvm::gep_type_begin(address);
  for (++step; step != end; ++step) {
    const llvm::StructType* structure = step.getStructTypeOrNull();
    if (structure == nullptr) return false;  // in an element of an array
    const auto* field = llvm::cast<llvm::ConstantInt>(step.getOperand());
    if (field->getZExtValue() + 1 != structure->getNumElements()) return false;
    is_member = true;
  }
  return is_member || IsTrailing(*address.getPointerOperand());
}

}  // namespace

bool IsFloat(const llvm::Type& type) {
  return type.isFPOrFPVectorTy() || type.isVectorTy();
}

UnitValues::UnitValues(const llvm::Module& module, const Places& places,
                       UnitConstraints& unit)
    : places_(places), unit_(unit), layout_(module.getDataLayout()) {}

uint32_t UnitValues::NewObject(MemoryObject object) {
  unit_.objects.push_back(std::move(object));
  return static_cast<uint32_t>(unit_.objects.size() - 1);
}

uint64_t UnitValues::SizeOf(llvm::Type& type) const {
  if (!type.isSized()) return 0;
  const llvm::TypeSize size = layout_.getTypeAllocSize(&type);
  return size.isScalable() ? 0 : size.getFixedValue();
}

std::vector<DeclaredArray> UnitValues::ArraysOf(llvm::Type& type) const {
  std::vector<DeclaredArray> arrays;
  CollectArrays(type, 0, arrays);
  return arrays;
}

void UnitValues::CollectArrays(llvm::Type& type, int64_t offset,
                               std::vector<DeclaredArray>& arrays) const {
  if (arrays.size() >= kMostDeclaredArrays) return;
  if (const auto* array = dyn_cast<llvm::ArrayType>(&type)) {
    llvm::Type& element = *array->getElementType();
    const auto size = static_cast<int64_t>(SizeOf(type));
    const uint64_t stride = SizeOf(element);
    if (array->getNumElements() > 1 && stride > 0)
      arrays.push_back({offset, offset + size, stride});
    return CollectArrays(element, offset, arrays);
  }
  auto* structure = dyn_cast<llvm::StructType>(&type);
  if (structure == nullptr || structure->isOpaque()) return;
  if (structure->containsHomogeneousScalableVectorTypes()) return;
  const llvm::StructLayout& fields = *layout_.getStructLayout(structure);
  for (unsigned i = 0; i < structure->getNumElements(); ++i)
    CollectArrays(*structure->getElementType(i),
                  offset + static_cast<int64_t>(
                               fields.getElementOffset(i).getFixedValue()),
                  arrays);
}

uint32_t UnitValues::ObjectOf(const llvm::GlobalValue& global) {
  const auto known = objects_.find(&global);
  if (known != objects_.end()) return known->second;
  MemoryObject object;
  const bool code = isa<llvm::Function, llvm::GlobalIFunc>(global) ||
                    global.getValueType()->isFunctionTy();
  object.kind = code ? ObjectKind::kFunction : ObjectKind::kGlobal;
  object.id = places_.Id(global);
  object.is_defined =
      !global.isDeclarationForLinker() && isa<llvm::GlobalObject>(global);
  if (!code && object.is_defined) {
    object.size = SizeOf(*global.getValueType());
    object.arrays = ArraysOf(*global.getValueType());
  }
  const uint32_t number = NewObject(std::move(object));
  objects_[&global] = number;
  return number;
}

ValueNumber UnitValues::NumberOf(const llvm::Value& value) {
  if (const auto* constant = dyn_cast<llvm::Constant>(&value))
    return NumberOfConstant(*constant);
  if (!isa<llvm::Instruction, llvm::Argument>(value)) return kNoValue;
  if (value.getType()->isIntegerTy(1)) return kNoValue;
  const auto [found, added] = numbers_.try_emplace(&value, 0);
  if (added) found->second = NewValue();
  return found->second;
}

ValueNumber UnitValues::NumberOfConstant(const llvm::Constant& constant) {
  if (isa<llvm::ConstantData, llvm::BlockAddress>(constant)) return kNoValue;
  if (const auto known = numbers_.find(&constant); known != numbers_.end())
    return known->second;
  // What constants hold is known from the start, not only where this is read.
  std::vector<PointerConstraint>* const list =
      std::exchange(list_, &unit_.constraints);
  ValueNumber number = kNoValue;
  if (const auto* global = dyn_cast<llvm::GlobalValue>(&constant)) {
    number = NumberOfSymbol(*global);
  } else if (const auto* expression = dyn_cast<llvm::ConstantExpr>(&constant)) {
    number = NumberOfExpression(*expression);
  } else {  // an aggregate, or another name of a function
    number = NewValue();
    for (const llvm::Use& each : constant.operands())
      if (isa<llvm::Constant>(each.get())) Copy(number, NumberOf(*each.get()));
  }
  list_ = list;
  numbers_[&constant] = number;
  return number;
}

ValueNumber UnitValues::NumberOfSymbol(const llvm::GlobalValue& global) {
  if (IsPlainData(global)) return kNoValue;
  const ValueNumber number = NewValue();
  // Of an alias to the middle of an object.
  if (const auto* alias = dyn_cast<llvm::GlobalAlias>(&global))
    Copy(number, NumberOf(*alias->getAliasee()));
  Add({ConstraintKind::kAddress, number, ObjectOf(global), 0, 0, 0});
  return number;
}

ValueNumber UnitValues::NumberOfExpression(
    const llvm::ConstantExpr& expression) {
  if (expression.getOpcode() == llvm::Instruction::IntToPtr)
    if (const auto* number =
            dyn_cast<llvm::ConstantInt>(expression.getOperand(0)))
      return IsSmall(*number) ? kNoValue : kUnknownValue;
  const ValueNumber number = NewValue();
  if (const auto* address = dyn_cast<llvm::GEPOperator>(&expression)) {
    Offset(number, *address);
  } else if (expression.isCast()) {
    Copy(number, NumberOf(*expression.getOperand(0)));
  } else {
    for (const llvm::Use& each : expression.operands())
      CopyAnywhere(number, NumberOf(*each.get()));
  }
  return number;
}

void UnitValues::Add(PointerConstraint constraint) {
  list_->push_back(constraint);
}

void UnitValues::Copy(ValueNumber to, ValueNumber from) {
  if (to == kNoValue || from == kNoValue) return;
  Add({ConstraintKind::kCopy, to, from, 0, 0, 0});
}

void UnitValues::CopyAnywhere(ValueNumber to, ValueNumber from) {
  if (to == kNoValue || from == kNoValue) return;
  Add({ConstraintKind::kElement, to, from, 0, 1, 0});
}

// Step by step: each index that varies is an element of an array, of which the
// type may say how long it is. An array of one or none has what follows it.
void UnitValues::Offset(ValueNumber to, const llvm::GEPOperator& address) {
  ValueNumber from = NumberOf(*address.getPointerOperand());
  if (from == kNoValue) return;
  if (address.getType()->isVectorTy()) return CopyAnywhere(to, from);
  int64_t offset = 0;
  const llvm::Type* outer = nullptr;
  for (auto step = llvm::gep_type_begin(address);
       step != llvm::gep_type_end(address); ++step) {
    const llvm::Value& index = *step.getOperand();
    const auto* number = dyn_cast<llvm::ConstantInt>(&index);
    if (const llvm::StructType* structure = step.getStructTypeOrNull()) {
      const unsigned field = static_cast<unsigned>(number->getZExtValue());
      offset += static_cast<int64_t>(
          layout_.getStructLayout(const_cast<llvm::StructType*>(structure))
              ->getElementOffset(field)
              .getFixedValue());
      outer = step.getIndexedType();
      continue;
    }
    const llvm::TypeSize stride = step.getSequentialElementStride(layout_);
    if (stride.isScalable()) return CopyAnywhere(to, from);
    const uint64_t bytes = stride.getFixedValue();
    if (number != nullptr && number->getBitWidth() <= 64) {
      offset += number->getSExtValue() * static_cast<int64_t>(bytes);
    } else if (bytes > 0) {
      const ValueNumber element = NewValue();
      const auto* array = llvm::dyn_cast_or_null<llvm::ArrayType>(outer);
      const uint64_t count = array == nullptr ? 0 : array->getNumElements();
      uint64_t size = count > 1 ? count * bytes : 0;
      if (size > 0 && IsTrailing(address, step))
        size = bytes < kWordBytes ? 0 : kEndlessBytes;
      Add({ConstraintKind::kElement, element, from, offset, bytes, size});
      // A distance in bytes may be the other half of an address.
      if (bytes == 1) CopyAnywhere(element, NumberOf(index));
      from = element;
      offset = 0;
    }
    outer = step.getIndexedType();
  }
  llvm::Type* result = address.getResultElementType();
  uint64_t array = isa<llvm::ArrayType>(result) ? SizeOf(*result) : 0;
  if (array > 0 && IsTrailing(address, llvm::gep_type_end(address)))
    array = kEndlessBytes;
  Add({ConstraintKind::kOffset, to, from, offset, 0, array});
}

void UnitValues::Initialize(uint32_t object, int64_t offset,
                            const llvm::Constant& constant) {
  if (isa<llvm::ConstantData, llvm::BlockAddress>(constant)) return;
  if (const auto* structure = dyn_cast<llvm::ConstantStruct>(&constant)) {
    const llvm::StructLayout& fields =
        *layout_.getStructLayout(structure->getType());
    for (unsigned i = 0; i < structure->getNumOperands(); ++i)
      Initialize(object,
                 offset + static_cast<int64_t>(
                              fields.getElementOffset(i).getFixedValue()),
                 *structure->getOperand(i));
    return;
  }
  if (const auto* array = dyn_cast<llvm::ConstantArray>(&constant)) {
    const auto stride =
        static_cast<int64_t>(SizeOf(*array->getType()->getElementType()));
    for (unsigned i = 0; i < array->getNumOperands(); ++i)
      Initialize(object, offset + i * stride, *array->getOperand(i));
    return;
  }
  const ValueNumber value = NumberOf(constant);
  if (value == kNoValue) return;
  Add({ConstraintKind::kInitializer, object, value, offset, 0,
       SizeOf(*constant.getType())});
}

}  // namespace bailey::analyzer
