#include "analyzer/ir/constant_leaves.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DataLayout.h>

#include <utility>

#include "analyzer/ir/memory_writers.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;

// Larger tables are not kept: their content is unknown.
constexpr size_t kMostCells = 1024;

class LeafReader {
 public:
  LeafReader(const llvm::DataLayout& layout, const Places& places)
      : layout_(layout), places_(places) {}

  bool Add(const llvm::Constant& value, uint64_t offset) {
    if (value.isNullValue()) return true;
    if (cells_.size() >= kMostCells) return false;
    llvm::Type* type = value.getType();
    if (type->isIntegerTy() && !IsMachineInteger(*type)) {
      PushUnknown(offset, layout_.getTypeAllocSize(type));
      return true;
    }
    if (type->isIntegerTy() || type->isPointerTy()) {
      Push(offset, ExpressionReader::ReadConstant(value, places_));
      return true;
    }
    if (type->isStructTy() || type->isArrayTy()) return AddParts(value, offset);
    const uint64_t bits = layout_.getTypeStoreSize(type) * 8;
    if (bits > 64) return false;
    Push(offset, Unknown(static_cast<uint8_t>(bits)));
    return true;
  }

  std::vector<CellFact> Take() { return std::move(cells_); }

 private:
  static bool IsMachineInteger(const llvm::Type& type) {
    return type.isIntegerTy(8) || type.isIntegerTy(16) ||
           type.isIntegerTy(32) || type.isIntegerTy(64);
  }

  bool AddParts(const llvm::Constant& value, uint64_t offset) {
    if (const auto* text = dyn_cast<llvm::ConstantDataArray>(&value);
        text != nullptr && text->isString(8))
      return AddText(text->getAsString().str(), offset);
    auto* structure = dyn_cast<llvm::StructType>(value.getType());
    if (structure == nullptr) return AddElements(value, offset);
    for (unsigned i = 0; i < structure->getNumElements(); ++i) {
      const llvm::Constant* part = value.getAggregateElement(i);
      const uint64_t at = layout_.getStructLayout(structure)
                              ->getElementOffset(i)
                              .getFixedValue();
      if (part == nullptr || !Add(*part, offset + at)) return false;
    }
    return true;
  }

  bool AddElements(const llvm::Constant& value, uint64_t offset) {
    const llvm::Type& type = *value.getType();
    const uint64_t step = layout_.getTypeAllocSize(type.getArrayElementType());
    if (type.getArrayNumElements() > kMostCells) return false;
    for (unsigned i = 0; i < type.getArrayNumElements(); ++i) {
      const llvm::Constant* part = value.getAggregateElement(i);
      if (part == nullptr || !Add(*part, offset + i * step)) return false;
    }
    return true;
  }

  // Bytes without a NUL at the end are no text.
  bool AddText(const std::string& bytes, uint64_t offset) {
    const size_t end = bytes.find('\0');
    if (end == std::string::npos ||
        bytes.find_first_not_of('\0', end) != std::string::npos)
      return false;
    ValueExpression effect = Unknown(64);
    effect.kind = ExpressionKind::kResult;
    effect.symbol = kCopied;
    effect.number = offset;
    effect.operands = {Text(bytes.substr(0, end)), Constant(bytes.size(), 64)};
    Push(offset, std::move(effect));
    return true;
  }

  void Push(uint64_t offset, ValueExpression value) {
    cells_.push_back({offset, {}, std::move(value)});
  }

  void PushUnknown(uint64_t offset, uint64_t size) {
    for (const uint64_t end = offset + size; offset < end; ++offset)
      Push(offset, Unknown(8));
  }

  const llvm::DataLayout& layout_;
  const Places& places_;
  std::vector<CellFact> cells_;
};

}  // namespace

std::optional<std::vector<CellFact>> LeavesOf(const llvm::Constant& value,
                                              const llvm::DataLayout& layout,
                                              const Places& places) {
  LeafReader reader(layout, places);
  if (!reader.Add(value, 0)) return std::nullopt;
  return reader.Take();
}

}  // namespace bailey::analyzer
