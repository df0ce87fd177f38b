#include "analyzer/ir/object_parts.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Operator.h>

#include <algorithm>
#include <optional>

namespace bailey::analyzer {
namespace {

// The outermost array of `type` that has byte `at`, but of structures: they are
// looked into.
std::optional<ObjectPart> ArrayAt(llvm::Type& type, uint64_t at,
                                  const llvm::DataLayout& layout) {
  if (auto* structure = llvm::dyn_cast<llvm::StructType>(&type)) {
    const llvm::StructLayout& members = *layout.getStructLayout(structure);
    if (at >= members.getSizeInBytes()) return std::nullopt;
    const unsigned index = members.getElementContainingOffset(at);
    const uint64_t begin = members.getElementOffset(index);
    auto inner = ArrayAt(*structure->getElementType(index), at - begin, layout);
    if (inner) inner->begin += begin;
    if (inner) inner->end += begin;
    return inner;
  }
  if (!type.isArrayTy()) return std::nullopt;
  return ObjectPart{0, layout.getTypeAllocSize(&type)};
}

uint64_t EndOf(uint64_t begin, uint64_t bytes) {
  return bytes > ObjectPart::kEnd - begin ? ObjectPart::kEnd : begin + bytes;
}

// The array around what `pointer`, `at` bytes into its object, points to: as
// the object is declared, or as the code calculates with it.
ObjectPart ArrayAround(const llvm::Value& pointer, uint64_t at,
                       const llvm::DataLayout& layout) {
  const llvm::Value& object = *llvm::getUnderlyingObject(&pointer, 0);
  if (llvm::Type* type = DeclaredType(object))
    if (const auto array = ArrayAt(*type, at, layout)) return *array;
  const auto* member = llvm::dyn_cast<llvm::GEPOperator>(&pointer);
  llvm::APInt offset(64, 0);
  if (member == nullptr || !member->accumulateConstantOffset(layout, offset) ||
      offset.isNegative() || offset.ugt(at))
    return {at, ObjectPart::kEnd};
  const uint64_t within = offset.getZExtValue();
  const auto array = ArrayAt(*member->getSourceElementType(), within, layout);
  if (!array) return {at, ObjectPart::kEnd};
  const uint64_t base = at - within;
  return {base + array->begin, EndOf(base, array->end)};
}

// What the first indices of `step`, that are constants, lead to.
ObjectPart Counted(const llvm::GEPOperator& step,
                   const llvm::DataLayout& layout) {
  const llvm::Value& from = *step.getPointerOperand();
  const ObjectPart start = PartAt(from, 1, layout);
  if (start.end != start.begin + 1) return start;
  llvm::SmallVector<llvm::Value*, 4> known;
  for (llvm::Value* each : step.indices()) {
    if (!llvm::isa<llvm::ConstantInt>(each)) break;
    known.push_back(each);
  }
  if (known.empty()) return ArrayAround(from, start.begin, layout);
  llvm::Type* const source = step.getSourceElementType();
  const int64_t offset = layout.getIndexedOffsetInType(source, known);
  if (offset < 0) return {};
  const uint64_t begin = start.begin + static_cast<uint64_t>(offset);
  const llvm::Type* type = llvm::GetElementPtrInst::getIndexedType(
      source, llvm::ArrayRef<llvm::Value*>(known));
  if (type == nullptr || !type->isArrayTy()) return {begin, ObjectPart::kEnd};
  return {begin,
          EndOf(begin, layout.getTypeAllocSize(const_cast<llvm::Type*>(type)))};
}

// Where one of several pointers begins: of a loop that counts through an array,
// the array.
ObjectPart AnyStart(const llvm::Value& choice, const llvm::DataLayout& layout) {
  ObjectPart all{ObjectPart::kEnd, 0};
  const auto& user = llvm::cast<llvm::Instruction>(choice);
  for (const llvm::Use& each : user.operands()) {
    if (!each->getType()->isPointerTy()) continue;
    const llvm::Value* from = llvm::getUnderlyingObject(each, 0);
    if (from == &choice) continue;
    if (llvm::isa<llvm::PHINode, llvm::SelectInst>(from)) return {};
    const ObjectPart start = PartAt(*each, 0, layout);
    all.begin = std::min(all.begin, start.begin);
    all.end = std::max(all.end, start.end);
  }
  return all.begin < all.end ? all : ObjectPart{};
}

}  // namespace

std::vector<const llvm::Value*> ObjectsOf(const llvm::Value& pointer) {
  const llvm::Value* one = llvm::getUnderlyingObject(&pointer, 0);
  if (!llvm::isa<llvm::PHINode, llvm::SelectInst>(one)) return {one};
  llvm::SmallVector<const llvm::Value*, 4> several;
  llvm::getUnderlyingObjects(one, several, nullptr, 0);
  const bool are_declared = llvm::all_of(several, [](const auto* each) {
    return llvm::isa<llvm::AllocaInst, llvm::GlobalVariable>(each);
  });
  if (!are_declared) return {one};
  return {several.begin(), several.end()};
}

llvm::Type* DeclaredType(const llvm::Value& object) {
  if (const auto* local = llvm::dyn_cast<llvm::AllocaInst>(&object))
    return local->isArrayAllocation() ? nullptr : local->getAllocatedType();
  if (const auto* global = llvm::dyn_cast<llvm::GlobalVariable>(&object))
    return global->getValueType();
  return nullptr;
}

ObjectPart PartAt(const llvm::Value& pointer, uint64_t bytes,
                  const llvm::DataLayout& layout) {
  llvm::APInt offset(layout.getIndexTypeSizeInBits(pointer.getType()), 0);
  const llvm::Value* base =
      pointer.stripAndAccumulateConstantOffsets(layout, offset, true);
  if (offset.isNegative()) return {};
  const uint64_t at = offset.getZExtValue();
  if (const auto* step = llvm::dyn_cast<llvm::GEPOperator>(base))
    return Counted(*step, layout);
  if (ObjectsOf(*base) != std::vector<const llvm::Value*>{base})
    return AnyStart(*base, layout);
  if (bytes == 0) return ArrayAround(pointer, at, layout);
  return {at, EndOf(at, bytes)};
}

bool HoldsPointers(llvm::Type& type, const ObjectPart& part,
                   const llvm::DataLayout& layout) {
  if (type.isPtrOrPtrVectorTy())
    return part.begin < layout.getTypeAllocSize(&type);
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(&type)) {
    const uint64_t size = layout.getTypeAllocSize(array->getElementType());
    if (size == 0 || array->getNumElements() == 0) return false;
    if (part.begin >= size * array->getNumElements()) return false;
    const bool is_within = part.begin / size == (part.end - 1) / size;
    const uint64_t shift = is_within ? part.begin / size * size : 0;
    return HoldsPointers(*array->getElementType(),
                         is_within
                             ? ObjectPart{part.begin - shift, part.end - shift}
                             : ObjectPart{},
                         layout);
  }
  auto* structure = llvm::dyn_cast<llvm::StructType>(&type);
  if (structure == nullptr || structure->isOpaque()) return false;
  const llvm::StructLayout& members = *layout.getStructLayout(structure);
  for (unsigned i = 0; i < structure->getNumElements(); ++i) {
    const uint64_t begin = members.getElementOffset(i);
    const uint64_t end =
        begin + layout.getTypeAllocSize(structure->getElementType(i));
    if (!part.Overlaps({begin, end})) continue;
    const ObjectPart within{
        std::max(part.begin, begin) - begin,
        part.end == ObjectPart::kEnd ? part.end : part.end - begin};
    if (HoldsPointers(*structure->getElementType(i), within, layout))
      return true;
  }
  return false;
}

}  // namespace bailey::analyzer
