// Constraints of instructions. What is not known here by name is taken to tell
// its operands to unknown code and to get its result from there.
#include "analyzer/ir/instruction_constraints.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include "analyzer/ir/code_extractor.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::Instruction;
using llvm::isa;

}  // namespace

void InstructionConstraints::Read(const Instruction& instruction) {
  if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&instruction))
    return ReadIntrinsic(*intrinsic);
  if (const auto* call = dyn_cast<llvm::CallBase>(&instruction))
    return ReadCall(*call);
  if (const auto* address = dyn_cast<llvm::GEPOperator>(&instruction))
    return values_.Offset(Of(instruction), *address);
  if (isa<llvm::CastInst>(instruction)) return ReadCast(instruction);
  if (isa<llvm::BinaryOperator>(instruction))
    return ReadArithmetic(instruction);
  if (isa<llvm::CmpInst>(instruction)) return;
  if (isa<llvm::LandingPadInst>(instruction)) {
    values_.Copy(Of(instruction), kExceptionValue);
    return values_.Copy(Of(instruction), kUnknownValue);
  }
  if (isa<llvm::ResumeInst>(instruction))
    return values_.Copy(kExceptionValue, Of(*instruction.getOperand(0)));
  if (const auto* back = dyn_cast<llvm::ReturnInst>(&instruction)) {
    if (back->getReturnValue() != nullptr)
      values_.Copy(facts_.result, Of(*back->getReturnValue()));
    return;
  }
  if (instruction.isTerminator() || isa<llvm::FenceInst>(instruction)) return;
  if (instruction.mayReadOrWriteMemory() || isa<llvm::AllocaInst>(instruction))
    return ReadMemory(instruction);
  // Selections, and parts of aggregates and vectors: one value for all of it.
  CopyOperands(instruction, /*anywhere=*/false);
}

void InstructionConstraints::CopyOperands(const Instruction& instruction,
                                          bool anywhere) {
  for (const llvm::Use& each : instruction.operands()) {
    const ValueNumber from = Of(*each.get());
    anywhere ? values_.CopyAnywhere(Of(instruction), from)
             : values_.Copy(Of(instruction), from);
  }
}

// A number that no pointer went into becomes a pointer to nothing: what it is
// called by is then known to be not resolved (ConstraintLinker::AddFallback).
void InstructionConstraints::ReadCast(const Instruction& instruction) {
  values_.Copy(Of(instruction), Of(*instruction.getOperand(0)));
}

// Whatever is made of a pointer may be made one again: bits may be set and
// cleared, or it may be scaled, or put together from parts.
void InstructionConstraints::ReadArithmetic(const Instruction& instruction) {
  const auto* number = dyn_cast<llvm::ConstantInt>(instruction.getOperand(1));
  const bool adds = instruction.getOpcode() == Instruction::Add;
  if ((!adds && instruction.getOpcode() != Instruction::Sub) ||
      number == nullptr || number->getBitWidth() != 64)
    return CopyOperands(instruction, /*anywhere=*/true);
  const int64_t step = number->getSExtValue();
  values_.Add({ConstraintKind::kOffset, Of(instruction),
               Of(*instruction.getOperand(0)), adds ? step : -step, 0, 0});
}

void InstructionConstraints::Load(const Instruction& to,
                                  const llvm::Value& pointer) {
  if (Of(to) == kNoValue || Of(pointer) == kNoValue) return;
  values_.Add({ConstraintKind::kLoad, Of(to), Of(pointer), 0, 0,
               values_.SizeOf(*to.getType())});
}

void InstructionConstraints::Store(const llvm::Value& pointer,
                                   const llvm::Value& value) {
  if (Of(pointer) == kNoValue || Of(value) == kNoValue) return;
  values_.Add({ConstraintKind::kStore, Of(pointer), Of(value), 0, 0,
               values_.SizeOf(*value.getType())});
}

void InstructionConstraints::ReadMemory(const Instruction& instruction) {
  if (const auto* local = dyn_cast<llvm::AllocaInst>(&instruction)) {
    llvm::Type& type = *local->getAllocatedType();
    MemoryObject object{ObjectKind::kStack, "", 0, true, {}};
    if (!local->isArrayAllocation()) {
      object.size = values_.SizeOf(type);
      object.arrays = values_.ArraysOf(type);
    }
    return values_.Add({ConstraintKind::kAddress, Of(instruction),
                        values_.NewObject(std::move(object)), 0, 0, 0});
  }
  if (const auto* load = dyn_cast<llvm::LoadInst>(&instruction))
    return Load(instruction, *load->getPointerOperand());
  if (const auto* store = dyn_cast<llvm::StoreInst>(&instruction))
    return Store(*store->getPointerOperand(), *store->getValueOperand());
  if (const auto* update = dyn_cast<llvm::AtomicRMWInst>(&instruction)) {
    Load(instruction, *update->getPointerOperand());
    Store(*update->getPointerOperand(), *update->getValOperand());
    if (update->getOperation() == llvm::AtomicRMWInst::Xchg) return;
    // What was there is part of what is there now.
    const ValueNumber mixed = values_.NewValue();
    values_.CopyAnywhere(mixed, Of(instruction));
    values_.CopyAnywhere(mixed, Of(*update->getValOperand()));
    return values_.Add({ConstraintKind::kStore,
                        Of(*update->getPointerOperand()), mixed, 0, 0,
                        values_.SizeOf(*update->getType())});
  }
  if (const auto* exchange = dyn_cast<llvm::AtomicCmpXchgInst>(&instruction)) {
    values_.Add({ConstraintKind::kLoad, Of(instruction),
                 Of(*exchange->getPointerOperand()), 0, 0,
                 values_.SizeOf(*exchange->getNewValOperand()->getType())});
    return Store(*exchange->getPointerOperand(), *exchange->getNewValOperand());
  }
  for (const llvm::Use& each : instruction.operands()) Escape(*each.get());
  values_.Copy(Of(instruction), kUnknownValue);
}

void InstructionConstraints::Escape(const llvm::Value& value) {
  values_.Copy(kUnknownValue, Of(value));
}

void InstructionConstraints::ReadCall(const llvm::CallBase& call) {
  if (call.isInlineAsm()) return ReadAssembly(call);
  PointerCall facts;
  facts.callee = Of(*call.getCalledOperand());
  // Data that is called is code that nobody read.
  if (facts.callee == kNoValue &&
      !isa<llvm::ConstantPointerNull>(call.getCalledOperand()))
    facts.callee = kUnknownValue;
  if (!call.getType()->isVoidTy()) facts.result = Of(call);
  facts.is_variadic = call.getFunctionType()->isVarArg();
  facts.is_direct = call.getCalledFunction() != nullptr;
  facts.number = CallNumber(call).value_or(-1);
  for (const llvm::Use& each : call.args()) {
    const unsigned index = each.getOperandNo();
    facts.returns_in_memory |=
        call.paramHasAttr(index, llvm::Attribute::StructRet);
    if (IsFloat(*each->getType())) {
      facts.floats.push_back(Of(*each.get()));
      continue;
    }
    PointerArgument argument;
    argument.value = Of(*each.get());
    argument.is_block = call.isByValArgument(index);
    if (const auto* number = dyn_cast<llvm::ConstantInt>(each.get());
        number != nullptr && number->getBitWidth() <= 64) {
      argument.is_constant = true;
      argument.constant = static_cast<uint64_t>(number->getSExtValue());
    }
    argument.is_constant |= isa<llvm::ConstantPointerNull>(*each.get());
    facts.integers.push_back(argument);
  }
  facts_.calls.push_back(std::move(facts));
}

// An empty template only hides from the compiler what a value is.
void InstructionConstraints::ReadAssembly(const llvm::CallBase& call) {
  const auto& assembly = *llvm::cast<llvm::InlineAsm>(call.getCalledOperand());
  const bool empty =
      assembly.getAsmString().find_first_not_of(" \t\n;") == std::string::npos;
  for (const llvm::Use& each : call.args()) {
    if (empty)
      values_.Copy(Of(call), Of(*each.get()));
    else
      Escape(*each.get());
  }
  if (!empty) values_.Copy(Of(call), kUnknownValue);
}

void InstructionConstraints::ReadIntrinsic(const llvm::IntrinsicInst& call) {
  if (call.isLifetimeStartOrEnd() || isa<llvm::DbgInfoIntrinsic>(call)) return;
  if (const auto* copy = dyn_cast<llvm::AnyMemTransferInst>(&call)) {
    const auto* size = dyn_cast<llvm::ConstantInt>(copy->getLength());
    return values_.Add({ConstraintKind::kBlockCopy, Of(*copy->getRawDest()),
                        Of(*copy->getRawSource()), 0, 0,
                        size == nullptr ? 0 : size->getZExtValue()});
  }
  switch (call.getIntrinsicID()) {
    case llvm::Intrinsic::vastart:
    case llvm::Intrinsic::vacopy:
    case llvm::Intrinsic::vaend:
      return ReadVariadic(call);
    case llvm::Intrinsic::memset:
    case llvm::Intrinsic::memset_inline:
    case llvm::Intrinsic::assume:
    case llvm::Intrinsic::objectsize:
    case llvm::Intrinsic::is_constant:
    case llvm::Intrinsic::eh_typeid_for:
    case llvm::Intrinsic::stacksave:
    case llvm::Intrinsic::stackrestore:
    case llvm::Intrinsic::frameaddress:
    case llvm::Intrinsic::returnaddress:
    case llvm::Intrinsic::prefetch:
    case llvm::Intrinsic::trap:
    case llvm::Intrinsic::debugtrap:
    case llvm::Intrinsic::donothing:
    case llvm::Intrinsic::experimental_noalias_scope_decl:
    case llvm::Intrinsic::invariant_start:
    case llvm::Intrinsic::invariant_end:
    case llvm::Intrinsic::type_test:
      return;
    case llvm::Intrinsic::threadlocal_address:
    case llvm::Intrinsic::launder_invariant_group:
    case llvm::Intrinsic::strip_invariant_group:
    case llvm::Intrinsic::ptr_annotation:
    case llvm::Intrinsic::annotation:
    case llvm::Intrinsic::expect:
    case llvm::Intrinsic::expect_with_probability:
    case llvm::Intrinsic::ssa_copy:
      return values_.Copy(Of(call), Of(*call.getArgOperand(0)));
    default:
      break;
  }
  if (call.doesNotAccessMemory()) {
    for (const llvm::Use& each : call.args())
      values_.CopyAnywhere(Of(call), Of(*each.get()));
    return;
  }
  for (const llvm::Use& each : call.args()) Escape(*each.get());
  if (!call.getType()->isVoidTy()) values_.Copy(Of(call), kUnknownValue);
}

// A list of arguments is a structure that holds pointers to where they are.
void InstructionConstraints::ReadVariadic(const llvm::IntrinsicInst& call) {
  if (call.getIntrinsicID() == llvm::Intrinsic::vaend) return;
  const ValueNumber list = Of(*call.getArgOperand(0));
  if (call.getIntrinsicID() == llvm::Intrinsic::vacopy)
    return values_.Add({ConstraintKind::kBlockCopy, list,
                        Of(*call.getArgOperand(1)), 0, 0, 0});
  const ValueNumber area = values_.NewValue();
  const ValueNumber anywhere = values_.NewValue();
  values_.Add({ConstraintKind::kAddress, area, facts_.variadic_area, 0, 0, 0});
  values_.CopyAnywhere(anywhere, list);
  values_.Add({ConstraintKind::kStore, anywhere, area, 0, 0, 8});
}

}  // namespace bailey::analyzer
