// The rest of expression_reader.h: memory of the function's own, whose every
// use is looked at. What any of them writes there is what it may hold at any
// time; one that is not understood makes it unknown.
#include <llvm/IR/Function.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <algorithm>
#include <utility>

#include "analyzer/ir/constant_leaves.h"
#include "analyzer/ir/expression_reader.h"
#include "analyzer/ir/memory_writers.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

constexpr uint64_t kSomewhere = ~uint64_t{0};

ValueExpression Effect(std::string_view what, uint64_t offset,
                       std::vector<ValueExpression> operands) {
  ValueExpression made = Unknown(64);
  made.kind = ExpressionKind::kResult;
  made.symbol = what;
  made.number = offset;
  made.operands = std::move(operands);
  return made;
}

// Compared, freed, or at the end of its life: nothing is written.
bool IsHarmless(const llvm::Instruction& user) {
  return isa<llvm::ICmpInst, llvm::LoadInst, llvm::DbgInfoIntrinsic>(user) ||
         user.isLifetimeStartOrEnd();
}

}  // namespace

// What printf and its like do with an argument, their format says.
bool OnlyReads(const llvm::CallBase& call, std::string_view name,
               unsigned place) {
  if (OnlyReads(name, place)) return true;
  const int format = FormatBefore(name, place);
  if (format < 0 || static_cast<unsigned>(format) >= call.arg_size())
    return false;
  const auto at = PlaceOf(*call.getArgOperand(static_cast<unsigned>(format)),
                          call.getModule()->getDataLayout());
  if (!at || at->stride != 0) return false;
  const auto text = ConstantText(*at->global, at->offset);
  return text && WritesNothing(*text);
}

ValueExpression ExpressionReader::OfPointer(const llvm::Value& pointer,
                                            int depth) {
  const llvm::DataLayout& layout = function_.getParent()->getDataLayout();
  if (const auto place = PlaceOf(pointer, layout)) {
    if (place->stride != 0) return Unknown(64);
    if (const auto text = ConstantText(*place->global, place->offset))
      return Text(*text);
    ValueExpression made = Unknown(64);
    made.symbol = places_.Id(*place->global);
    if (made.symbol.empty()) return made;
    made.kind = ExpressionKind::kAddress;
    made.number = place->offset;
    return made;
  }
  llvm::APInt offset(64, 0);
  const llvm::Value* base = pointer.stripAndAccumulateConstantOffsets(
      layout, offset, /*AllowNonInbounds=*/true);
  if (!IsLocalObject(*base)) return Unknown(64);
  ValueExpression made = OfBuffer(*llvm::cast<llvm::Instruction>(base), depth);
  made.number = offset.getZExtValue();
  return made;
}

ValueExpression ExpressionReader::OfBuffer(const llvm::Instruction& object,
                                           int depth) {
  if (depth == 0 || !open_buffers_.insert(&object).second) return Unknown(64);
  ValueExpression buffer = Unknown(64);
  buffer.kind = ExpressionKind::kBuffer;
  bool known = AddUses(object, 0, buffer, depth - 1);
  if (const auto* call = dyn_cast<llvm::CallBase>(&object)) {
    ValueExpression made = OfCall(*call, *call->getParent(), depth - 1);
    if (FindMemoryWriter(made.symbol) != nullptr) {
      made.number = 0;
      buffer.operands.push_back(std::move(made));
    }
  }
  open_buffers_.erase(&object);
  return known ? buffer : Unknown(64);
}

// A pointer in memory that only asprintf gives a value.
ValueExpression ExpressionReader::OfLocalPointer(const llvm::AllocaInst& local,
                                                 int depth) {
  if (depth == 0 || !local.getAllocatedType()->isPointerTy() ||
      !open_buffers_.insert(&local).second)
    return Unknown(64);
  ValueExpression buffer = Unknown(64);
  buffer.kind = ExpressionKind::kBuffer;
  bool known = true;
  for (const llvm::Use& use : local.uses()) {
    const llvm::User* user = use.getUser();
    if (const auto* load = dyn_cast<llvm::LoadInst>(user)) {
      known &= AddUses(*load, 0, buffer, depth - 1);
    } else if (const auto* store = dyn_cast<llvm::StoreInst>(user)) {
      known &= isa<llvm::ConstantPointerNull>(store->getValueOperand());
    } else if (const auto* call = dyn_cast<llvm::CallBase>(user);
               call != nullptr && !isa<llvm::IntrinsicInst>(user)) {
      ValueExpression made = OfCall(*call, *call->getParent(), depth - 1);
      const MemoryWriter* writer = FindMemoryWriter(made.symbol);
      known &= writer != nullptr && writer->made && writer->format >= 0 &&
               call->isArgOperand(&use) && call->getArgOperandNo(&use) == 0;
      made.number = 0;
      buffer.operands.push_back(std::move(made));
    } else {
      known &= IsHarmless(*llvm::cast<llvm::Instruction>(user));
    }
  }
  open_buffers_.erase(&local);
  return known ? buffer : Unknown(64);
}

bool ExpressionReader::AddUses(const llvm::Value& pointer, uint64_t offset,
                               ValueExpression& buffer, int depth) {
  constexpr unsigned kMostUses = 64;
  return !pointer.hasNUsesOrMore(kMostUses) &&
         llvm::all_of(pointer.uses(), [&](const llvm::Use& use) {
           return AddUse(use, offset, buffer, depth);
         });
}

bool ExpressionReader::AddUse(const llvm::Use& use, uint64_t offset,
                              ValueExpression& buffer, int depth) {
  const auto* user = dyn_cast<llvm::Instruction>(use.getUser());
  if (user == nullptr || depth == 0) return false;
  if (IsHarmless(*user)) return true;
  if (const auto* store = dyn_cast<llvm::StoreInst>(user))
    return use.getOperandNo() == llvm::StoreInst::getPointerOperandIndex() &&
           AddStore(*store, offset, buffer);
  if (const auto* part = dyn_cast<llvm::GEPOperator>(user)) {
    llvm::APInt step(64, 0);
    const bool fixed = part->accumulateConstantOffset(
        function_.getParent()->getDataLayout(), step);
    const bool somewhere = !fixed || offset == kSomewhere;
    return AddUses(*user, somewhere ? kSomewhere : offset + step.getZExtValue(),
                   buffer, depth - 1);
  }
  const auto* call = dyn_cast<llvm::CallBase>(user);
  return call != nullptr && call->isArgOperand(&use) &&
         AddCall(*call, call->getArgOperandNo(&use), offset, buffer, depth);
}

bool ExpressionReader::AddStore(const llvm::StoreInst& store, uint64_t offset,
                                ValueExpression& buffer) {
  const llvm::Value& value = *store.getValueOperand();
  if (offset == kSomewhere || !value.getType()->isIntegerTy() ||
      value.getType()->getIntegerBitWidth() > 64)
    return false;
  buffer.operands.push_back(
      Effect(kStored, offset, {Of(value, *store.getParent(), /*depth=*/8)}));
  return true;
}

// What an initializer of a local object copies there, whole.
bool ExpressionReader::AddCopy(const llvm::MemTransferInst& copy,
                               uint64_t offset, ValueExpression& buffer) {
  const auto* image = dyn_cast<llvm::GlobalVariable>(copy.getSource());
  const auto* length = dyn_cast<llvm::ConstantInt>(copy.getLength());
  if (image == nullptr || length == nullptr || !image->isConstant() ||
      !image->hasDefinitiveInitializer())
    return false;
  const llvm::DataLayout& layout = function_.getParent()->getDataLayout();
  const auto leaves = LeavesOf(*image->getInitializer(), layout, places_);
  if (!leaves ||
      length->getZExtValue() != layout.getTypeStoreSize(image->getValueType()))
    return false;
  uint64_t end = 0;  // of the leaves so far: between them are zeros
  const auto fill_to = [&](uint64_t next) {
    if (next > end)
      buffer.operands.push_back(Effect(
          kFilled, offset + end, {Constant(0, 8), Constant(next - end, 64)}));
  };
  for (const CellFact& leaf : *leaves) {
    fill_to(leaf.offset);
    ValueExpression effect = leaf.value;
    const bool is_text = effect.kind == ExpressionKind::kResult;
    end = leaf.offset +
          (is_text ? effect.operands[1].number : (effect.width_bits + 7U) / 8U);
    if (!is_text) effect = Effect(kStored, 0, {leaf.value});
    effect.number = offset + leaf.offset;
    buffer.operands.push_back(std::move(effect));
  }
  fill_to(length->getZExtValue());
  return true;
}

bool ExpressionReader::AddCall(const llvm::CallBase& call, unsigned operand,
                               uint64_t offset, ValueExpression& buffer,
                               int depth) {
  const llvm::BasicBlock& at = *call.getParent();
  if (const auto* fill = dyn_cast<llvm::MemSetInst>(&call)) {
    if (offset == kSomewhere) return false;
    buffer.operands.push_back(
        Effect(kFilled, offset,
               {Of(*fill->getValue(), at, 1), Of(*fill->getLength(), at, 2)}));
    return true;
  }
  if (const auto* copy = dyn_cast<llvm::MemTransferInst>(&call)) {
    return operand == 1 ||
           (offset != kSomewhere && AddCopy(*copy, offset, buffer));
  }
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr || callee->isIntrinsic()) return false;
  const std::string name = places_.Id(*callee);
  const MemoryWriter* writer = FindMemoryWriter(name);
  if (writer == nullptr || operand != 0 || writer->made) {
    buffer.readers.push_back(name);
    // A result may be another name of the memory.
    return OnlyReads(call, name, operand);
  }
  if (offset == kSomewhere) return false;
  // What it returns is the memory, again.
  if (call.getType()->isPointerTy() &&
      !AddUses(call, name.contains("stpcpy") ? kSomewhere : offset, buffer,
               depth - 1))
    return false;
  ValueExpression made = OfCall(call, at, depth - 1);
  if (made.kind != ExpressionKind::kResult) return false;
  made.number = offset;
  buffer.operands.push_back(std::move(made));
  return true;
}

}  // namespace bailey::analyzer
