#include "analyzer/ir/global_facts.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <set>
#include <utility>

#include "analyzer/ir/constant_leaves.h"
#include "analyzer/ir/memory_writers.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

constexpr size_t kMostStores = 1024;

class GlobalReader {
 public:
  GlobalReader(const llvm::GlobalVariable& global, const Places& places,
               ExpressionReaders& readers)
      : global_(global),
        layout_(global.getParent()->getDataLayout()),
        places_(places),
        readers_(readers) {}

  GlobalFact Read() {
    fact_.id = places_.Id(global_);
    if (global_.hasInitializer()) ReadDefinition();
    Visit(global_);
    return std::move(fact_);
  }

 private:
  void ReadDefinition() {
    fact_.is_defined = true;
    fact_.is_constant = global_.isConstant();
    fact_.size_bytes = layout_.getTypeStoreSize(global_.getValueType());
    // Who reads a section of its own may write it.
    if (global_.hasSection() && !global_.isConstant()) Roam();
    auto leaves = LeavesOf(*global_.getInitializer(), layout_, places_);
    if (!leaves) Roam();
    if (leaves) fact_.initial = *std::move(leaves);
  }

  void Roam() { fact_.escapes = fact_.roams = true; }

  void Visit(const llvm::Value& value) {
    if (fact_.roams || !visited_.insert(&value).second) return;
    for (const llvm::Use& use : value.uses()) VisitUse(use);
  }

  void VisitUse(const llvm::Use& use) {
    const llvm::User* user = use.getUser();
    if (const auto* instruction = dyn_cast<llvm::Instruction>(user))
      return VisitInstruction(*instruction, use);
    if (isa<llvm::GEPOperator>(user)) return Visit(*user);
    Roam();  // in data, or under another name
  }

  void VisitInstruction(const llvm::Instruction& user, const llvm::Use& use) {
    if (isa<llvm::GetElementPtrInst, llvm::FreezeInst>(user))
      return Visit(user);
    if (isa<llvm::LoadInst, llvm::ICmpInst>(user)) return;
    if (const auto* store = dyn_cast<llvm::StoreInst>(&user))
      return VisitWrite(
          user, use,
          use.getOperandNo() == llvm::StoreInst::getPointerOperandIndex(),
          *store->getValueOperand(), true);
    if (const auto* swap = dyn_cast<llvm::AtomicRMWInst>(&user))
      return VisitWrite(user, use, use.getOperandNo() == 0,
                        *swap->getValOperand(),
                        swap->getOperation() == llvm::AtomicRMWInst::Xchg);
    if (const auto* swap = dyn_cast<llvm::AtomicCmpXchgInst>(&user))
      return VisitWrite(user, use, use.getOperandNo() == 0,
                        *swap->getNewValOperand(), true);
    if (const auto* call = dyn_cast<llvm::CallBase>(&user))
      return VisitCall(*call, use);
    Roam();
  }

  void VisitWrite(const llvm::Instruction& user, const llvm::Use& use,
                  bool is_pointer, const llvm::Value& value, bool is_value) {
    const auto place = PlaceOf(*use.get(), layout_);
    const uint64_t bits = layout_.getTypeStoreSize(value.getType()) * 8;
    if (!is_pointer) return KeepPart(place);
    if (!place || bits > 64) return Roam();
    fact_.escapes |= place->stride != 0;
    ValueExpression written =
        is_value ? readers_.Of(*user.getFunction()).Read(value, user)
                 : ValueExpression();
    if (!is_value ||
        !(value.getType()->isIntegerTy() || value.getType()->isPointerTy()))
      written = Unknown(static_cast<uint8_t>(bits));
    AddStore(user, place->offset, std::move(written), place->stride);
  }

  // The address of a row's member reaches that member and no other; one of the
  // first member may be the row's.
  void KeepPart(const std::optional<GlobalPlace>& place) {
    const auto* array = llvm::dyn_cast<llvm::ArrayType>(global_.getValueType());
    auto* row =
        array ? dyn_cast<llvm::StructType>(array->getElementType()) : nullptr;
    if (!place || row == nullptr ||
        layout_.getTypeAllocSize(row) != place->stride)
      return Roam();
    const llvm::StructLayout& layout = *layout_.getStructLayout(row);
    const unsigned member =
        layout.getElementContainingOffset(place->offset % place->stride);
    if (member == 0) return Roam();
    fact_.escapes = true;
    fact_.kept.push_back(
        {layout.getElementOffset(member).getFixedValue(), place->stride,
         layout_.getTypeAllocSize(row->getElementType(member))});
  }

  void AddStore(const llvm::Instruction& user, uint64_t offset,
                ValueExpression written, uint64_t stride = 0) {
    if (fact_.stores.size() >= kMostStores) return Roam();
    fact_.stores.push_back(
        {offset, places_.Id(*user.getFunction()), std::move(written), stride});
  }

  void VisitCall(const llvm::CallBase& call, const llvm::Use& use) {
    if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&call))
      return VisitIntrinsic(*intrinsic, use);
    const llvm::Function* callee = call.getCalledFunction();
    const std::string name = callee ? places_.Id(*callee) : "";
    const unsigned operand =
        call.isArgOperand(&use) ? call.getArgOperandNo(&use) : ~0U;
    const MemoryWriter* writer = FindMemoryWriter(name);
    const auto place = PlaceOf(*use.get(), layout_);
    if (writer != nullptr && !writer->made && operand == 0 && place &&
        place->stride == 0 && call.use_empty()) {
      ValueExpression effect =
          readers_.Of(*call.getFunction()).Read(call, call);
      effect.number = place->offset;
      if (effect.kind == ExpressionKind::kResult)
        return AddStore(call, place->offset, std::move(effect));
    }
    if (operand != ~0U && OnlyReads(call, name, operand))
      return fact_.readers.push_back(name);
    fact_.escapes = true;
  }

  static bool IsZero(const llvm::MemSetInst& fill) {
    const auto* byte = dyn_cast<llvm::ConstantInt>(fill.getValue());
    return byte != nullptr && byte->isZero();
  }

  void VisitIntrinsic(const llvm::IntrinsicInst& call, const llvm::Use& use) {
    if (call.getIntrinsicID() == llvm::Intrinsic::threadlocal_address)
      return Visit(call);
    if (isa<llvm::DbgInfoIntrinsic>(call) || call.isLifetimeStartOrEnd())
      return;
    if (isa<llvm::AnyMemTransferInst>(call) && use.getOperandNo() == 1) return;
    const auto place = PlaceOf(*use.get(), layout_);
    const auto* fill = dyn_cast<llvm::MemSetInst>(&call);
    if (fill != nullptr && place && place->stride != 0 && IsZero(*fill)) {
      fact_.escapes = true;  // as if a function wiped the row
      return;
    }
    if (fill == nullptr || !place || place->stride != 0) return Roam();
    ExpressionReader& reader = readers_.Of(*call.getFunction());
    ValueExpression effect = Unknown(64);
    effect.kind = ExpressionKind::kResult;
    effect.symbol = kFilled;
    effect.number = place->offset;
    effect.operands = {reader.Read(*fill->getValue(), call),
                       reader.Read(*fill->getLength(), call)};
    AddStore(call, place->offset, std::move(effect));
  }

  const llvm::GlobalVariable& global_;
  const llvm::DataLayout& layout_;
  const Places& places_;
  ExpressionReaders& readers_;
  std::set<const llvm::Value*> visited_;
  GlobalFact fact_;
};

}  // namespace

void ReadGlobalFacts(const llvm::Module& module, const Places& places,
                     ExpressionReaders& readers, CodeFacts& code) {
  for (const llvm::GlobalVariable& global : module.globals())
    if (!IsCompilersOwn(global) && !places.Id(global).empty())
      code.global_facts.push_back(GlobalReader(global, places, readers).Read());
}

void ReadReturns(const llvm::Module& module, const Places& places,
                 ExpressionReaders& readers, CodeFacts& code) {
  for (const llvm::Function& function : module) {
    const llvm::Type& type = *function.getReturnType();
    const bool is_integer =
        type.isIntegerTy() && type.getIntegerBitWidth() <= 64;
    if (!is_integer && !type.isPointerTy()) continue;
    for (const llvm::Instruction& each : llvm::instructions(function))
      if (const auto* exit = dyn_cast<llvm::ReturnInst>(&each))
        code.returns.push_back(
            {places.Id(function),
             readers.Of(function).Read(*exit->getReturnValue(), *exit)});
  }
}

}  // namespace bailey::analyzer
